using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Records;

/// <summary>Keys stand in the order that cursors rely on, and can be taken apart again.</summary>
public sealed class KeysTests
{
    private static readonly Gen<string> Ids =
        Gen.OneOf(Gen.OneOf("\0", "\u0001", "\u0002", "a", "b", "\u00FF", "\uFFFD", "\U00010000").Array[0, 6].Select(string.Concat), Gen.String);

    private static readonly Gen<RevisionId> Revisions = Gen.Select(
        Gen.OneOf(Gen.Long[0, 20], Gen.Long[long.MaxValue - 3, long.MaxValue]),
        Gen.OneOf(Gen.Byte.Array[0, 40], Gen.Byte.Array[16]),
        (generation, hash) => RevisionId.FromHashBytes(generation, hash));

    [Fact]
    public void A_bodys_key_comes_apart_into_what_it_was_made_of() => Gen.Select(Ids, Revisions, Gen.UInt).Sample((id, revision, database) =>
    {
        id = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(id));
        Keys.ReadBody(Body(database, id, revision), out var readId, out var readRevision);
        Assert.Equal((id, revision), (readId, readRevision));
        Assert.Equal(Body(database, id, revision), Body(database, Encoding.UTF8.GetBytes(id), revision));
    });

    [Fact]
    public void Bodies_stand_in_the_order_of_ids_newest_generation_first() =>
        Gen.Select(Ids, Ids, Revisions, Revisions).Sample((a, b, first, second) =>
        {
            var byId = Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
            var order = Body(1, a, first).AsSpan().SequenceCompareTo(Body(1, b, second));
            var expected = byId != 0 ? byId : second.Generation.CompareTo(first.Generation);
            if (expected != 0)
            {
                Assert.Equal(Math.Sign(expected), Math.Sign(order));
            }
        });

    [Fact]
    public void A_document_has_the_keys_between_its_bounds_and_no_other() => Gen.Select(Ids, Ids, Revisions).Sample((id, other, revision) =>
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Bodies(ref lower, 1, id);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.BodiesEnd(ref upper, 1, id);
        var key = Body(1, other, revision);
        var isBetween = key.AsSpan().SequenceCompareTo(lower.Written) >= 0 && key.AsSpan().SequenceCompareTo(upper.Written) < 0;
        lower.Dispose();
        upper.Dispose();
        Assert.Equal(Encoding.UTF8.GetBytes(id).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(other)), isBetween);
    });

    [Fact]
    public void Numbers_stand_in_their_order() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Sample((a, b) =>
    {
        Assert.Equal(a.CompareTo(b), Math.Sign(Sequence(a).AsSpan().SequenceCompareTo(Sequence(b))));
        Assert.Equal(a, Keys.ReadSequence(Sequence(a)));
    });

    [Fact]
    public void A_key_grows_over_the_stack_and_keeps_what_it_had() => Gen.Byte.Array[0, 300].Array[0, 20].Sample(parts =>
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        foreach (var part in parts)
        {
            key.Raw(part);
            key.Byte(7);
        }

        var written = key.Written.ToArray();
        key.Dispose();
        Assert.Equal(parts.SelectMany(part => part.Append((byte)7)), written);
    });

    private static byte[] Body(uint database, string id, RevisionId revision)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Body(ref key, database, id, revision);
        var written = key.Written.ToArray();
        key.Dispose();
        return written;
    }

    private static byte[] Body(uint database, byte[] id, RevisionId revision)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Body(ref key, database, id, revision);
        var written = key.Written.ToArray();
        key.Dispose();
        return written;
    }

    private static byte[] Sequence(long sequence)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Sequence(ref key, 1, sequence);
        var written = key.Written.ToArray();
        key.Dispose();
        return written;
    }
}
