using System.Buffers.Binary;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// Returns the space of deleted databases to the disk, soon after: several that are deleted one after the other together. Which are
/// waiting is stored, so that a restart forgets none.
/// </summary>
internal sealed class DroppedDatabases(EngineContext context)
{
    /// <summary>From how many bytes on, or how many databases, it is worth the work.</summary>
    public const long WorthBytes = 1 << 20;

    private const int WorthCount = 256;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);

    /// <summary>After a failure, such as one of the disk.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<uint> _waiting = [];
    private long _bytes;
    private ITimer? _timer;
    private bool _isDue;
    private Task _running = Task.CompletedTask;
    private volatile bool _stopped;

    /// <summary>Takes up what was waiting when the node stopped.</summary>
    public void Load()
    {
        using var rows = context.Store.Scan(Keyspace.Meta, Keys.DroppedStart, Keys.DroppedEnd);
        while (rows.MoveNext())
        {
            Add(Keys.ReadDropped(rows.Key), new RecordReader(rows.Value).Number());
        }
    }

    /// <summary>Notes a database that is being deleted.</summary>
    public static void Put(WriteBatch batch, uint number, long bytes)
    {
        Span<byte> value = stackalloc byte[10];
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Dropped(ref key, number);
        batch.Put(Keyspace.Meta, key.Written, value[..RecordWriter.Number(value, bytes)]);
        key.Dispose();
    }

    /// <summary>A database has been deleted, and noted so.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="bytes">What it took on disk.</param>
    public void Add(uint number, long bytes)
    {
        lock (_gate)
        {
            _waiting.Add(number);
            _bytes += bytes;
            if (_stopped || _isDue || (_bytes < WorthBytes && _waiting.Count < WorthCount))
            {
                return;
            }

            _isDue = true;
            _timer?.Dispose();
            _timer = context.Time.CreateTimer(static all => ((DroppedDatabases)all!).Wake(), this, Delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Begins nothing more.</summary>
    /// <returns>Completes when nothing is running.</returns>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            _timer?.Dispose();
            return _running;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            if (!_running.IsCompleted)
            {
                _timer?.Change(Delay, Timeout.InfiniteTimeSpan);
                return;
            }

            uint[] numbers = [.. _waiting.Order()];
            _waiting.Clear();
            _bytes = 0;
            _isDue = false;
            _running = Task.Factory.StartNew(
                () => Run(numbers),
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach | TaskCreationOptions.LongRunning,
                context.Options.Scheduler);
        }
    }

    private void Run(uint[] numbers)
    {
        try
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                // Neighbours go together.
                var first = numbers[i];
                while (i + 1 < numbers.Length && numbers[i + 1] == numbers[i] + 1)
                {
                    i++;
                }

                Return(first, numbers[i] + 1);
            }

            // Values of deleted databases may lie among those of others.
            context.Store.ReclaimValues(Keyspace.Attachments);
            using var batch = context.Store.CreateBatch();
            var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
            foreach (var number in numbers)
            {
                key.Clear();
                Keys.Dropped(ref key, number);
                batch.Delete(Keyspace.Meta, key.Written);
            }

            key.Dispose();

            context.Store.Commit(batch, sync: false);
        }
        catch (Exception exception) when (!_stopped)
        {
            // They are still noted, so that the next start tries again if this does not.
            context.Options.Compaction.Failed(null, exception);
            TryAgain(numbers);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or StorageException)
        {
            // The node is stopping.
        }
    }

    private void TryAgain(uint[] numbers)
    {
        lock (_gate)
        {
            _waiting.AddRange(numbers);
            _bytes = WorthBytes;
            if (_stopped || _isDue)
            {
                return;
            }

            _isDue = true;
            _timer?.Dispose();
            _timer = context.Time.CreateTimer(static all => ((DroppedDatabases)all!).Wake(), this, Again, Timeout.InfiniteTimeSpan);
        }
    }

    private void Return(uint from, uint to)
    {
        var lower = Number(from);
        var upper = Number(to);
        foreach (var space in DatabaseCatalogue.Contents)
        {
            if (_stopped)
            {
                throw new OperationCanceledException();
            }

            context.Store.Discard(space, lower, upper);
        }

        context.Store.Reclaim(DatabaseCatalogue.Contents, lower, upper);
    }

    private static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
