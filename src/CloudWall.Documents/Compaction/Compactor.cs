using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Writing;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// Compacts one database: removes bodies of old revisions with the content that only they refer to, and ancestors beyond the limit. It
/// finds candidates concurrently with the writer, and has the writer remove them in small batches. Walks that cannot find anything are
/// skipped. At the end the engine reclaims the disk space.
/// </summary>
internal sealed class Compactor(DatabaseCore core, DatabaseWriter writer)
{
    private readonly Lock _gate = new();
    private volatile Task _running = Task.CompletedTask;
    private volatile CompactionProgress? _progress;
    private long _slack;

    /// <summary>The progress; null if no compaction is running.</summary>
    public CompactionProgress? Progress => _running.IsCompleted ? null : _progress;

    /// <summary>Bytes on disk that the last compaction could not reclaim, and that must not trigger another one.</summary>
    public long Slack => Volatile.Read(ref _slack);

    /// <summary>Starts a compaction, or joins the running one.</summary>
    /// <param name="beforeStep">Awaited before each step, to pause; null for no pauses.</param>
    public Task StartAsync(Func<Task>? beforeStep = null)
    {
        lock (_gate)
        {
            if (_running.IsCompleted)
            {
                var now = core.Time.GetUtcNow();
                _progress = new CompactionProgress(0, core.State.DocumentCount + core.State.DeletedCount, now, now);
                _running = Task.Factory.StartNew(
                    () => RunAsync(beforeStep ?? (() => Task.CompletedTask)),
                    CancellationToken.None,
                    TaskCreationOptions.DenyChildAttach,
                    core.Options.Scheduler).Unwrap();
            }

            return _running;
        }
    }

    /// <summary>Completes when no compaction is running, whatever its outcome.</summary>
    public Task WhenIdleAsync()
    {
        var running = _running;
        return running.IsCompleted
            ? Task.CompletedTask
            : running.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, core.Options.Scheduler);
    }

    private async Task RunAsync(Func<Task> beforeStep)
    {
        core.ThrowIfClosed();
        if (core.Contents.Abandoned > 0)
        {
            // An empty write is enough: the writer adds the abandoned bytes to the state in every batch.
            await WriteAsync(new CompactionCommand([]));
        }

        var state = core.State;
        if (state.Sizes.Bodies > state.Sizes.LeafBodies)
        {
            await RemoveBodiesAsync(beforeStep);
        }

        if (state.StemmedTo > state.RevsLimit)
        {
            await StemAsync(state.RevsLimit, beforeStep);
        }

        await beforeStep();
        var removed = core.State.Sizes;
        var held = await Task.Factory.StartNew(
            () => ReturnSpace(removed),
            core.Closing,
            TaskCreationOptions.DenyChildAttach | TaskCreationOptions.LongRunning,
            core.Options.Scheduler);
        await WriteAsync(new CompactedCommand(state, removed.RemovedBodies, removed.RemovedContent - held));
        var space = SpaceUse.Measure(core);
        Volatile.Write(ref _slack, Math.Max(0, space.File - space.Active));
    }

    private async Task RemoveBodiesAsync(Func<Task> beforeStep)
    {
        for (var walk = new BodyWalk(core); !walk.HasEnded;)
        {
            await beforeStep();
            core.ThrowIfClosed();
            if (walk.Step() is { Count: > 0 } found)
            {
                await WriteAsync(new CompactionCommand([.. found]));
            }

            if (_progress is { } progress)
            {
                _progress = progress with { Done = Math.Min(walk.Documents, progress.Total), UpdatedAt = core.Time.GetUtcNow() };
            }
        }
    }

    private async Task StemAsync(long limit, Func<Task> beforeStep)
    {
        for (var walk = new HistoryWalk(core, limit); !walk.HasEnded;)
        {
            await beforeStep();
            core.ThrowIfClosed();
            if (walk.Step() is { Count: > 0 } found)
            {
                await WriteAsync(new StemCommand(found, limit));
            }
        }
    }

    private Task<bool> WriteAsync(WriteCommand<bool> command)
    {
        writer.Enqueue(command);
        return command.Task;
    }

    /// <summary>Reclaims the space of removed data.</summary>
    /// <returns>The bytes of removed content that could not be reclaimed.</returns>
    private long ReturnSpace(in DatabaseSizes removed)
    {
        core.ThrowIfClosed();
        ReadOnlySpan<Keyspace> spaces =
            [Keyspace.Bodies, Keyspace.Documents, Keyspace.Sequences, Keyspace.Counts, Keyspace.Local, Keyspace.Attachments];
        return core.Store.Reclaim(
            removed.RemovedContent > 0 ? spaces : spaces[..^1],
            DatabaseStart(core.Number),
            DatabaseStart(core.Number + 1),
            removed.RemovedContent,
            removed.Content,
            core.Closing);
    }

    private static byte[] DatabaseStart(uint number)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref key, number);
        var start = key.Written.ToArray();
        key.Dispose();
        return start;
    }
}
