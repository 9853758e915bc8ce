using System.Globalization;
using System.Text;
using CloudWall.Storage.Memory;
using CloudWall.Storage.RocksDb;
using CsCheck;

namespace CloudWall.Storage.Tests;

/// <summary>Both engines beside a sorted dictionary, through the same random life.</summary>
public sealed class ModelTests
{
    private static readonly Keyspace[] Spaces = [Keyspace.Documents, Keyspace.Sequences, Keyspace.Attachments];

    /// <summary>Few and short, so that they meet; with the bytes at both ends, and prefixes of each other.</summary>
    private static readonly Gen<byte[]> GenKey = Gen.OneOf<byte>(0x00, 0x01, 0x61, 0x62, 0xfe, 0xff).Array[0, 3];

    private static readonly Gen<byte[]> GenValue = Gen.Frequency(
        (8, Gen.Byte.Array[0, 20]),
        (1, Gen.Int[4000, 9000].Select(length => Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray())));

    private static readonly Gen<Write> GenWrite = Gen.Frequency(
        (6, Gen.Select(Gen.OneOf(Spaces), GenKey, GenValue, (space, key, value) => new Write(WriteKind.Put, space, key, value))),
        (2, Gen.Select(Gen.OneOf(Spaces), GenKey, (space, key) => new Write(WriteKind.Delete, space, key, []))),
        (1, Gen.Select(Gen.OneOf(Spaces), GenKey, GenKey, (space, key, other) => new Write(WriteKind.DeleteRange, space, key, other))));

    private static readonly Gen<Step> GenStep = Gen.Frequency(
        (6, Gen.Select(GenWrite.List[0, 12], Gen.Bool, (writes, sync) => (Step)new Commit(writes, sync))),
        (3, Gen.Select(
            Gen.Select(Gen.OneOf(Spaces), GenKey, GenKey, Gen.Bool), GenKey.List[0, 4], Gen.Bool, (range, seeks, old) =>
                (Step)new Scan(range.Item1, range.Item2, range.Item3, range.Item4, seeks, old))),
        (2, Gen.Select(Gen.OneOf(Spaces), GenKey, Gen.Bool, (space, key, old) => (Step)new Get(space, key, old))),
        (1, Gen.Const((Step)new TakeSnapshot())),
        (1, Gen.Select(Gen.OneOf(Spaces), GenKey, GenKey, (space, lower, upper) => (Step)new Compact(space, lower, upper))),
        (1, Gen.Const((Step)new Reopen())));

    private enum WriteKind
    {
        Put,
        Delete,
        DeleteRange,
    }

    [Fact]
    public void The_memory_engine_does_what_a_sorted_dictionary_does() => GenStep.List[1, 60].Sample(
        steps =>
        {
            var store = new MemoryStore();
            Run(steps, store, () =>
            {
                store.Sync();
                return store = store.LoseUnsynced();
            });
        },
        iter: 300,
        print: Print);

    [Fact]
    public void The_RocksDB_engine_does_what_a_sorted_dictionary_does() => GenStep.List[1, 60].Sample(
        steps =>
        {
            using var directory = new TemporaryDirectory();
            var options = new RocksDbOptions();
            var store = RocksDbStore.Open(directory.Path, options);
            Run(steps, store, () =>
            {
                store.Dispose();
                return store = RocksDbStore.Open(directory.Path, options);
            });
            store.Dispose();
        },
        iter: 60,
        print: Print);

    private static void Run(List<Step> steps, KeyValueStore store, Func<KeyValueStore> reopen)
    {
        var model = new Model();
        KeyValueReader? snapshot = null;
        Model? snapshotModel = null;
        foreach (var step in steps)
        {
            switch (step)
            {
                case Commit commit:
                    using (var batch = store.CreateBatch())
                    {
                        foreach (var write in commit.Writes)
                        {
                            model.Apply(write, batch);
                        }

                        store.Commit(batch, commit.Sync);
                    }

                    break;
                case Get get when !get.FromSnapshot || snapshot is not null:
                    var (reader, readerModel) = get.FromSnapshot ? (snapshot!, snapshotModel!) : (store, model);
                    Assert.Equal(readerModel[get.Space].GetValueOrDefault(get.Key).Value, reader.GetBytes(get.Space, get.Key));
                    break;
                case Scan scan when !scan.FromSnapshot || snapshot is not null:
                    if (scan.FromSnapshot)
                    {
                        CheckScan(scan, snapshot!, snapshotModel!);
                    }
                    else
                    {
                        CheckScan(scan, store, model);
                    }

                    break;
                case TakeSnapshot:
                    snapshot?.Dispose();
                    snapshot = store.Snapshot();
                    snapshotModel = model.Copy();
                    break;
                case Compact compact:
                    store.Reclaim([compact.Space], compact.Lower, compact.Upper, cancellation: CancellationToken.None);
                    break;
                case Reopen:
                    snapshot?.Dispose();
                    snapshot = null;
                    store = reopen();
                    break;
            }
        }

        snapshot?.Dispose();
        foreach (var space in Spaces)
        {
            CheckScan(new Scan(space, [], [0xff, 0xff, 0xff, 0xff], Descending: false, [], FromSnapshot: false), store, model);
        }
    }

    private static void CheckScan(Scan scan, KeyValueReader reader, Model model)
    {
        var expected = model[scan.Space]
            .Where(entry => IsWithin(entry.Key, scan.Lower, scan.Upper))
            .Select(entry => (entry.Key, entry.Value.Value))
            .ToList();
        if (scan.Descending)
        {
            expected.Reverse();
        }

        using var cursor = reader.Scan(scan.Space, scan.Lower, scan.Upper, scan.Descending);
        AssertRest(expected, cursor);
        foreach (var seek in scan.Seeks)
        {
            cursor.Seek(seek);
            AssertRest(
                expected.SkipWhile(entry => entry.Key.AsSpan().SequenceCompareTo(seek) * (scan.Descending ? -1 : 1) < 0).ToList(), cursor);
        }
    }

    private static void AssertRest(List<(byte[] Key, byte[] Value)> expected, KeyValueCursor cursor)
    {
        foreach (var (key, value) in expected)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(key, cursor.Key.ToArray());
            Assert.Equal(value, cursor.Value.ToArray());
        }

        Assert.False(cursor.MoveNext());
    }

    private static string Print(List<Step> steps) => string.Join(Environment.NewLine, steps);

    private static string Hex(byte[] bytes) =>
        bytes.Length > 20 ? bytes.Length.ToString(CultureInfo.InvariantCulture) + " bytes" : Convert.ToHexString(bytes);

    private static bool IsWithin(byte[] key, byte[] lower, byte[] upper) =>
        key.AsSpan().SequenceCompareTo(lower) >= 0 && key.AsSpan().SequenceCompareTo(upper) < 0;

    private record Step;

    private sealed record Commit(List<Write> Writes, bool Sync) : Step
    {
        public override string ToString() => $"commit sync={Sync} [{string.Join(", ", Writes)}]";
    }

    private sealed record Get(Keyspace Space, byte[] Key, bool FromSnapshot) : Step
    {
        public override string ToString() => $"get {Space} {Hex(Key)} snapshot={FromSnapshot}";
    }

    private sealed record Scan(Keyspace Space, byte[] Lower, byte[] Upper, bool Descending, List<byte[]> Seeks, bool FromSnapshot) : Step
    {
        public override string ToString() =>
            $"scan {Space} {Hex(Lower)}..{Hex(Upper)} descending={Descending} seeks=[{string.Join(", ", Seeks.Select(Hex))}] snapshot={FromSnapshot}";
    }

    private sealed record TakeSnapshot : Step;

    private sealed record Compact(Keyspace Space, byte[] Lower, byte[] Upper) : Step
    {
        public override string ToString() => $"compact {Space} {Hex(Lower)}..{Hex(Upper)}";
    }

    private sealed record Reopen : Step;

    private sealed record Write(WriteKind Kind, Keyspace Space, byte[] Key, byte[] Other)
    {
        public override string ToString() => new StringBuilder().Append(Kind).Append(' ').Append(Space).Append(' ').Append(Hex(Key))
            .Append(Kind is WriteKind.Put or WriteKind.DeleteRange ? " " + Hex(Other) : "").ToString();
    }

    private sealed class Model
    {
        private readonly Dictionary<Keyspace, SortedDictionary<byte[], (byte[] Value, bool CoversOlder)>> _spaces =
            Spaces.ToDictionary(space => space, _ => new SortedDictionary<byte[], (byte[] Value, bool CoversOlder)>(ByteOrder));

        private static Comparer<byte[]> ByteOrder { get; } = Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y));

        public SortedDictionary<byte[], (byte[] Value, bool CoversOlder)> this[Keyspace space] => _spaces[space];

        public Model Copy()
        {
            var copy = new Model();
            foreach (var (space, entries) in _spaces)
            {
                foreach (var (key, entry) in entries)
                {
                    copy[space].Add(key, entry);
                }
            }

            return copy;
        }

        /// <summary>Applies a write to the model and adds it to the batch; rows of sequences are only deleted where the contract allows it.</summary>
        public void Apply(Write write, WriteBatch batch)
        {
            var entries = this[write.Space];
            switch (write.Kind)
            {
                case WriteKind.Put:
                    entries[write.Key] = (write.Other, entries.ContainsKey(write.Key));
                    batch.Put(write.Space, write.Key, write.Other);
                    break;
                case WriteKind.Delete:
                    if (write.Space != Keyspace.Sequences || (entries.TryGetValue(write.Key, out var entry) && !entry.CoversOlder))
                    {
                        entries.Remove(write.Key);
                        batch.Delete(write.Space, write.Key);
                    }

                    break;
                default:
                    foreach (var key in entries.Keys.Where(key => IsWithin(key, write.Key, write.Other)).ToList())
                    {
                        entries.Remove(key);
                    }

                    batch.DeleteRange(write.Space, write.Key, write.Other);
                    break;
            }
        }
    }
}
