using System.Buffers.Binary;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// Reclaims the disk space of deleted databases a few seconds after the deletion, several together. The list is stored, so it survives a
/// restart.
/// </summary>
internal sealed class DroppedDatabases(EngineContext context)
{
    /// <summary>The number of bytes, or of databases, from which reclaiming starts.</summary>
    public const long WorthBytes = 1 << 20;

    private const int WorthCount = 256;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);

    /// <summary>The delay after a failure, such as a disk error.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<uint> _waiting = [];
    private long _bytes;
    private ITimer? _timer;
    private bool _isDue;
    private Task _running = Task.CompletedTask;
    private volatile bool _stopped;

    /// <summary>Loads the databases left from the last run of the node.</summary>
    public void Load()
    {
        using var rows = context.Store.Scan(Keyspace.Meta, Keys.DroppedStart, Keys.DroppedEnd);
        while (rows.MoveNext())
        {
            Add(Keys.ReadDropped(rows.Key), new RecordReader(rows.Value).Number());
        }
    }

    /// <summary>Adds a database to the stored list, in the batch that deletes it.</summary>
    public static void Put(WriteBatch batch, uint number, long bytes)
    {
        Span<byte> value = stackalloc byte[10];
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Dropped(ref key, number);
        batch.Put(Keyspace.Meta, key.Written, value[..RecordWriter.Number(value, bytes)]);
        key.Dispose();
    }

    /// <summary>Schedules a database whose deletion was committed.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="bytes">Its size on disk in bytes.</param>
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
            Arm(Delay);
        }
    }

    /// <summary>Stops scheduling.</summary>
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

    /// <summary>
    /// Sets the timer, under the lock. There is one timer for good: a clock may call <see cref="Wake"/> before <c>CreateTimer</c> returns,
    /// and would find the timer of before.
    /// </summary>
    private void Arm(TimeSpan delay)
    {
        _timer ??= context.Time.CreateTimer(
            static all => ((DroppedDatabases)all!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
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
                Arm(Delay);
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
                // Adjacent databases form one range.
                var first = numbers[i];
                while (i + 1 < numbers.Length && numbers[i + 1] == numbers[i] + 1)
                {
                    i++;
                }

                Return(first, numbers[i] + 1);
            }

            // Values of deleted databases may share files with those of other databases.
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
            // The databases are still listed, so the next start tries again.
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
            Arm(RetryDelay);
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
