using CloudWall.Documents.Records;
using CloudWall.Documents.Writing;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Compacts one database, a step at a time between its writes.</summary>
internal sealed class Compactor(DatabaseCore core, DatabaseWriter writer)
{
    private const int BodiesPerStep = 1000;

    private readonly Lock _gate = new();
    private Task? _running;

    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _running is { IsCompleted: false };
            }
        }
    }

    /// <summary>Starts a compaction, or joins the one that runs.</summary>
    public Task StartAsync()
    {
        lock (_gate)
        {
            if (_running is not { IsCompleted: false })
            {
                _running = RunAsync();
            }

            return _running;
        }
    }

    private async Task RunAsync()
    {
        var from = DatabaseStart(core.Number);
        while (from is not null)
        {
            var step = new CompactionCommand(from, BodiesPerStep);
            writer.Enqueue(step);
            from = await step.Task.ConfigureAwait(ConfigureAwaitOptions.None);
        }

        await Task.Factory.StartNew(
            ReturnSpace, core.Closing, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.LongRunning, core.Options.Scheduler);
    }

    private void ReturnSpace()
    {
        var lower = DatabaseStart(core.Number);
        var upper = DatabaseStart(core.Number + 1);
        foreach (var space in (ReadOnlySpan<Keyspace>)[Keyspace.Bodies, Keyspace.Documents, Keyspace.Sequences, Keyspace.Attachments])
        {
            core.ThrowIfClosed();
            core.Store.Compact(space, lower, upper);
        }
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
