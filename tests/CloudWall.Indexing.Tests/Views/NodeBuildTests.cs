using System.Buffers;
using System.Buffers.Binary;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Tests.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage.Memory;
using CsCheck;

namespace CloudWall.Indexing.Tests.Views;

public sealed class NodeBuildTests
{
    private const uint Index = 7;

    [Fact]
    public void However_many_parts_nodes_are_made_in_they_are_the_same() => Gen
        .Select(Gen.Int[0, 3000], Gen.ULong, Gen.Int[0, 3500].Array[0, 12])
        .Sample(
            (rows, seed, splits) =>
            {
                var expected = Build(rows, seed, []);
                Assert.Equal(rows, expected.Where(static node => node.Key[7] == 1).Sum(static node => ViewNode.Read(node.Value).Count));
                Assert.Equal(rows, ViewNode.Read(expected.Last(static node => node.Key.Length == IndexKeys.RowPrefix).Value).Count);
                Assert.Equal(expected.Select(Text), Build(rows, seed, [.. splits.Distinct().Order().Select(Key)]).Select(Text));
            },
            iter: 60);

    private static string Text((byte[] Key, byte[] Value) node) => $"{Convert.ToHexString(node.Key)} {Convert.ToHexString(node.Value)}";

    private static byte[] Key(int row)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, row);
        return key;
    }

    private static List<(byte[] Key, byte[] Value)> Build(int rows, ulong seed, byte[][] splits)
    {
        using var store = new MemoryStore();
        using (var batch = store.CreateBatch())
        {
            for (var row = 0; row < rows; row++)
            {
                var stored = new ArrayBufferWriter<byte>();
                RowCodec.Write(2, "1"u8, "3"u8, stored);
                batch.Put(IndexKeys.Space, [.. IndexKeys.Prefix(Index, 0, 0), .. Key(row)], stored.WrittenSpan);
            }

            store.Commit(batch, sync: false);
        }

        using var functions = new NoFunctions();
        var reducers = new[] { Reducer.Create("_sum", functions), Reducer.Create("_count", functions) };
        using var turns = new BuildTurns(1, TimeProvider.System);
        using var turn = turns.TakeAsync("db", CancellationToken.None).GetAwaiter().GetResult();
        new NodeBuild(store, Index, 0, seed, reducers, turn, CancellationToken.None).RunAsync(splits, TaskScheduler.Default).GetAwaiter().GetResult();
        var nodes = new List<(byte[] Key, byte[] Value)>();
        var prefix = IndexKeys.Nodes(Index);
        using var cursor = store.Scan(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        while (cursor.MoveNext())
        {
            nodes.Add((cursor.Key.ToArray(), cursor.Value.ToArray()));
        }

        return nodes;
    }
}
