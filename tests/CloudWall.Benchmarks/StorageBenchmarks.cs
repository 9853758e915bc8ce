using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using CloudWall.Storage;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Benchmarks;

/// <summary>The store: batches of puts without a sync, look-ups, scans; 100,000 entries of 300 bytes.</summary>
public class StorageBenchmarks
{
    private const int Entries = 100_000;
    private const int Batch = 1000;
    private readonly byte[] _key = new byte[16];
    private readonly byte[] _value = new byte[300];
    private string _directory = string.Empty;
    private RocksDbStore _store = null!;
    private WriteBatch _batch = null!;
    private long _next;

    [GlobalSetup]
    public void SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("cloudwall-benchmarks-").FullName;
        _store = RocksDbStore.Open(_directory, new RocksDbOptions());
        _batch = _store.CreateBatch();
        new Random(1).NextBytes(_value);
        while (_next < Entries)
        {
            Put();
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _batch.Dispose();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Put()
    {
        _batch.Clear();
        for (var i = 0; i < Batch; i++)
        {
            _batch.Put(Keyspace.Bodies, Key(_next++), _value);
        }

        _store.Commit(_batch, sync: false);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int Get()
    {
        var length = 0;
        for (var i = 0; i < Batch; i++)
        {
            using var value = _store.Get(Keyspace.Bodies, Key(i * 7919L % Entries));
            length += value.Span.Length;
        }

        return length;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int GetMany()
    {
        var length = 0;
        var keys = new ReadOnlyMemory<byte>[Batch];
        var values = new PinnedValue[Batch];
        for (var i = 0; i < Batch; i++)
        {
            keys[i] = Key(i * 7919L % Entries).ToArray();
        }

        _store.GetMany(Keyspace.Bodies, keys, values);
        foreach (var value in values)
        {
            length += value.Span.Length;
            value.Dispose();
        }

        return length;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int GetAbsent()
    {
        var found = 0;
        for (var i = 0; i < Batch; i++)
        {
            using var value = _store.Get(Keyspace.Bodies, Key(-1 - (i * 7919L)));
            found += value.Found ? 1 : 0;
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int Scan()
    {
        using var cursor = _store.Scan(Keyspace.Bodies, Key(0).ToArray(), Key(Entries));
        var length = 0;
        for (var i = 0; i < Batch && cursor.MoveNext(); i++)
        {
            length += cursor.Value.Length;
        }

        return length;
    }

    private ReadOnlySpan<byte> Key(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(_key, number);
        return _key;
    }
}
