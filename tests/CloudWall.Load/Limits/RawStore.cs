using System.Buffers.Binary;
using System.Diagnostics;
using CloudWall.Storage;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Load.Limits;

/// <summary>
/// What the store alone does with what a node wrote: puts of the same keys and values, and scans of the same rows. The node has ended;
/// its newest database had only new documents, each with one revision, in the order of their ids.
/// </summary>
internal static class RawStore
{
    /// <summary>Puts the documents of a node's newest database into a new store, so many in one synced batch.</summary>
    public static RawResult Put(string node, int batch, int threads)
    {
        var documents = ReadDocuments(node);
        var directory = Directory.CreateTempSubdirectory("cloudwall-raw-").FullName;
        try
        {
            using var store = RocksDbStore.Open(directory, new RocksDbOptions());

            // Once for the runtime to warm up, under keys of another database; then as it counts.
            Put(store, documents, batch, threads, shift: 1);
            Settle(store);
            return Measure(documents.Count, () =>
            {
                Put(store, documents, batch, threads, shift: 0);
                return () => Settle(store);
            });
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Reads rows of a node's newest database from the first to the last, several times.</summary>
    public static RawResult Scan(string node, bool documents)
    {
        using var store = RocksDbStore.Open(node, new RocksDbOptions());
        var number = NewestDatabase(store);
        Scan(store, number, documents);
        Scan(store, number, documents);
        var rows = 0L;
        return Measure(() =>
        {
            for (var i = 0; i < 5; i++)
            {
                rows += Scan(store, number, documents);
            }

            return rows;
        });
    }

    private static long Scan(RocksDbStore store, uint number, bool documents)
    {
        var rows = 0L;
        var sum = 0L;
        if (documents)
        {
            using var bodies = store.Scan(Keyspace.Bodies, Number(number), Number(number + 1));
            using var records = store.Scan(Keyspace.Documents, [.. Number(number), 1], [.. Number(number), 2]);
            for (; records.MoveNext() && bodies.MoveNext(); rows++)
            {
                sum += records.Key[^1] + records.Value[^1] + bodies.Key[^1] + bodies.Value[^1];
            }
        }
        else
        {
            using var changes = store.Scan(Keyspace.Sequences, Number(number), Number(number + 1));
            for (; changes.MoveNext(); rows++)
            {
                sum += changes.Key[^1] + changes.Value[^1];
            }
        }

        GC.KeepAlive(sum);
        return rows;
    }

    private static void Put(RocksDbStore store, List<RawEntry[]> documents, int batch, int threads, uint shift)
    {
        var next = 0;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            using var writes = store.CreateBatch();
            int from;
            while ((from = Interlocked.Add(ref next, batch) - batch) < documents.Count)
            {
                writes.Clear();
                for (var i = from; i < Math.Min(from + batch, documents.Count); i++)
                {
                    foreach (var (space, key, value) in documents[i])
                    {
                        writes.Put(space, Shifted(key, shift), value);
                    }
                }

                store.Commit(writes, sync: true);
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
    }

    private static byte[] Shifted(byte[] key, uint shift)
    {
        if (shift != 0)
        {
            key = [.. key];
            BinaryPrimitives.WriteUInt32BigEndian(key, BinaryPrimitives.ReadUInt32BigEndian(key) + shift);
        }

        return key;
    }

    /// <summary>Waits until what was put has been moved to its place, as far as the store does that by itself.</summary>
    private static void Settle(RocksDbStore store)
    {
        store.Sync();
        using var self = Process.GetCurrentProcess();
        for (var (before, quiet) = (TimeSpan.Zero, 0); quiet < 5;)
        {
            Thread.Sleep(100);
            self.Refresh();
            var now = self.TotalProcessorTime;
            quiet = now - before < TimeSpan.FromMilliseconds(15) ? quiet + 1 : 0;
            before = now;
        }
    }

    private static List<RawEntry[]> ReadDocuments(string node)
    {
        using var store = RocksDbStore.Open(node, new RocksDbOptions());
        var number = NewestDatabase(store);
        var entries = new List<RawEntry[]>();
        using var records = store.Scan(Keyspace.Documents, [.. Number(number), 1], [.. Number(number), 2]);
        using var bodies = store.Scan(Keyspace.Bodies, Number(number), Number(number + 1));
        using var changes = store.Scan(Keyspace.Sequences, Number(number), Number(number + 1));
        while (records.MoveNext() && bodies.MoveNext() && changes.MoveNext())
        {
            entries.Add(
            [
                new RawEntry(Keyspace.Documents, records.Key.ToArray(), records.Value.ToArray()),
                new RawEntry(Keyspace.Bodies, bodies.Key.ToArray(), bodies.Value.ToArray()),
                new RawEntry(Keyspace.Sequences, changes.Key.ToArray(), changes.Value.ToArray()),
            ]);
        }

        return entries;
    }

    private static uint NewestDatabase(RocksDbStore store)
    {
        using var rows = store.Scan(Keyspace.Sequences, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], descending: true);
        return rows.MoveNext()
            ? BinaryPrimitives.ReadUInt32BigEndian(rows.Key)
            : throw new InvalidDataException("The node has no documents.");
    }

    private static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    private static RawResult Measure(Func<long> run)
    {
        using var self = Process.GetCurrentProcess();
        var processor = self.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var units = run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        self.Refresh();
        return new RawResult(units, elapsed, self.TotalProcessorTime - processor);
    }

    /// <summary>Measures a run; what follows it costs processor time that counts, but no time.</summary>
    private static RawResult Measure(long units, Func<Action> run)
    {
        using var self = Process.GetCurrentProcess();
        var processor = self.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var after = run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        after();
        self.Refresh();
        return new RawResult(units, elapsed, self.TotalProcessorTime - processor);
    }
}
