using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Writing;

/// <summary>
/// The only writer of a database, with group commit: it takes the waiting commands, decides them in order, and commits them as one batch
/// with one sync; meanwhile the next batch gathers. No task runs while the queue is empty.
/// </summary>
internal sealed class DatabaseWriter(DatabaseCore core)
{
    private const long BatchBytes = 8 << 20;

    private readonly Lock _gate = new();
    private Queue<WriteCommand> _waiting = new();
    private TaskCompletionSource? _idle;
    private bool _running;
    private Exception? _closed;

    public void Enqueue(WriteCommand command)
    {
        Exception? closed;
        lock (_gate)
        {
            closed = _closed;
            if (closed is null)
            {
                _waiting.Enqueue(command);
                if (_running)
                {
                    return;
                }

                _running = true;
            }
        }

        if (closed is not null)
        {
            command.Fail(closed);
            return;
        }

        _ = Task.Factory.StartNew(
            static writer => ((DatabaseWriter)writer!).Drain(),
            this,
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            core.Options.Scheduler);
    }

    /// <summary>Refuses further commands; completes when all accepted ones are done.</summary>
    public Task CloseAsync(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            if (!_running)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private void Drain()
    {
        var spare = new Queue<WriteCommand>();
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _running = false;
                    _idle?.TrySetResult();
                    return;
                }

                (_waiting, spare) = (spare, _waiting);
            }

            while (spare.Count > 0)
            {
                WriteGroup(spare);
            }
        }
    }

    /// <summary>Takes at least one command from the queue, whatever fails, and completes all commands that it takes.</summary>
    private void WriteGroup(Queue<WriteCommand> waiting)
    {
        var group = new List<WriteCommand>();
        var spoiled = false;
        try
        {
            using var session = new WriteSession(core);
            var sync = false;
            while (!spoiled
                && waiting.TryPeek(out var command)
                && (group.Count == 0 || !command.Alone)
                && session.SizeInBytes < BatchBytes)
            {
                waiting.Dequeue();
                switch (Apply(command, session))
                {
                    case Decision.Refused:
                        continue;
                    case Decision.Failed:
                        spoiled = true;
                        continue;
                }

                if (group.Count > 0 && command is DocumentsCommand { Mode: var mode })
                {
                    core.Context.Metrics.CountJoined(mode);
                }

                group.Add(command);
                sync |= command.Sync;
                if (command.Alone)
                {
                    break;
                }
            }

            if (group.Count > 0 && !spoiled)
            {
                session.Commit(sync);
            }
        }
        catch (Exception exception)
        {
            if (group.Count == 0 && waiting.TryDequeue(out var first))
            {
                group.Add(first);
            }

            foreach (var command in group)
            {
                command.Fail(exception);
            }

            return;
        }

        if (spoiled)
        {
            // The commands before the failed one are valid, so they are decided again in a new batch.
            var again = new Queue<WriteCommand>(group);
            while (again.Count > 0)
            {
                WriteGroup(again);
            }

            return;
        }

        foreach (var command in group)
        {
            command.Complete();
        }
    }

    /// <summary>
    /// Applies a command. A <see cref="DocumentException"/> leaves the batch unchanged; after any other failure the batch must be
    /// discarded.
    /// </summary>
    private static Decision Apply(WriteCommand command, WriteSession session)
    {
        try
        {
            command.Apply(session);
            return Decision.Taken;
        }
        catch (DocumentException refused)
        {
            command.Fail(refused);
            return Decision.Refused;
        }
        catch (Exception exception)
        {
            command.Fail(exception);
            return Decision.Failed;
        }
    }

    private enum Decision
    {
        Taken,
        Refused,
        Failed,
    }
}
