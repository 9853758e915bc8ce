using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Writing;

/// <summary>
/// The one writer of a database. What waits is decided in order, turned into one batch, and made safe with one sync; the next batch
/// gathers meanwhile. Nothing runs while nothing waits.
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
        lock (_gate)
        {
            if (_closed is null)
            {
                _waiting.Enqueue(command);
                if (_running)
                {
                    return;
                }

                _running = true;
            }
        }

        if (_closed is { } closed)
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

    /// <summary>Takes no more commands; completes when those that were taken are done.</summary>
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

    private void WriteGroup(Queue<WriteCommand> waiting)
    {
        var group = new List<WriteCommand>();
        try
        {
            using var session = new WriteSession(core);
            var sync = false;
            while (waiting.TryPeek(out var command) && (group.Count == 0 || !command.Alone) && session.SizeInBytes < BatchBytes)
            {
                waiting.Dequeue();
                if (!TryApply(command, session))
                {
                    continue;
                }

                group.Add(command);
                sync |= command.Sync;
                if (command.Alone)
                {
                    break;
                }
            }

            if (group.Count > 0)
            {
                session.Commit(sync);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            foreach (var command in group)
            {
                command.Fail(exception);
            }

            return;
        }

        foreach (var command in group)
        {
            command.Complete();
        }
    }

    /// <summary>Refuses a command that is at fault itself; any other failure is the batch's.</summary>
    private static bool TryApply(WriteCommand command, WriteSession session)
    {
        try
        {
            command.Apply(session);
            return true;
        }
        catch (DocumentException refused)
        {
            command.Fail(refused);
            return false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            command.Fail(exception);
            throw;
        }
    }
}
