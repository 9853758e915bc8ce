using System.Diagnostics;
using System.Globalization;
using CloudWall.Storage;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Load.Flat;

/// <summary>What something took of this process: processor time, and bytes written to files, what the store moves about by itself included.</summary>
internal readonly record struct Cost(double Microseconds, double Bytes)
{
    private static readonly string[] Work =
    [
        "rocksdb.mem-table-flush-pending", "rocksdb.num-running-flushes", "rocksdb.compaction-pending", "rocksdb.num-running-compactions",
    ];

    /// <summary>It without the processor time of something that was part of it.</summary>
    public Cost Without(Cost part) => this with { Microseconds = Microseconds - part.Microseconds };

    /// <summary>The mean of both.</summary>
    public Cost MeanWith(Cost other) => new((Microseconds + other.Microseconds) / 2, (Bytes + other.Bytes) / 2);

    /// <summary>Measures something, a unit.</summary>
    /// <param name="units">How many units it is.</param>
    /// <param name="run">What is measured.</param>
    /// <param name="store">
    /// The store, where what it does afterwards counts: what is left in memory is written, too, and compacted as it becomes due. What was
    /// left before is done before.
    /// </param>
    public static async Task<Cost> MeasureAsync(long units, Func<Task> run, RocksDbStore? store = null)
    {
        await PayAsync(store);
        var (processor, bytes) = Read();
        await run();
        await PayAsync(store);

        var (processorAfter, bytesAfter) = Read();
        return new Cost((processorAfter - processor).TotalMicroseconds / units, (double)(bytesAfter - bytes) / units);
    }

    /// <summary>
    /// Measures reads, a unit, by the processor time of the thread that reads: what the store does beside them has nothing to do with them.
    /// The median of several rounds.
    /// </summary>
    public static async Task<Cost> MeasureReadsAsync(long units, Action run, RocksDbStore store)
    {
        // Each is a fraction of a second, in which whatever else the machine does counts for much.
        const int Rounds = 5;
        await SettleAsync(store);
        run();
        var rounds = new double[Rounds];
        var thread = new Thread(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                var before = ReadThread();
                run();
                rounds[i] = (ReadThread() - before) / 1000.0 / units;
            }
        });
        thread.Start();
        thread.Join();
        Array.Sort(rounds);
        return new Cost(rounds[Rounds / 2], 0);
    }

    private static async Task PayAsync(RocksDbStore? store)
    {
        if (store is not null)
        {
            store.Flush();
            await SettleAsync(store);
        }
    }

    /// <summary>This thread's processor time in nanoseconds.</summary>
    private static long ReadThread() =>
        long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Waits until the store has nothing left to do by itself: no flush, no compaction, running or due.</summary>
    /// <param name="store">The store.</param>
    /// <param name="spaces">Its keyspaces; all where none is named.</param>
    public static async Task SettleAsync(RocksDbStore store, params Keyspace[] spaces)
    {
        spaces = spaces.Length > 0 ? spaces : Enum.GetValues<Keyspace>();
        for (var quiet = 0; quiet < 5; quiet++)
        {
            await Task.Delay(50);
            if (spaces.Any(space => Array.Exists(Work, name => store.ReadProperty(space, name) != 0)))
            {
                quiet = 0;
            }
        }
    }

    private static (TimeSpan Processor, long Bytes) Read()
    {
        using var self = Process.GetCurrentProcess();
        var written = File.ReadLines("/proc/self/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal));
        return (self.TotalProcessorTime, long.Parse(written["write_bytes:".Length..], CultureInfo.InvariantCulture));
    }
}
