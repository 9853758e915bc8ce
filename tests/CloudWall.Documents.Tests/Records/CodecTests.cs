using System.Buffers;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Records;

/// <summary>What is written is read again; what was damaged is an <see cref="InvalidDataException"/> and nothing worse.</summary>
public sealed class CodecTests
{
    private static readonly Gen<long> Numbers = Gen.OneOf(Gen.Long[0, 300], Gen.Long[0, long.MaxValue], Gen.Const(long.MaxValue));

    private static readonly Gen<RevisionId> Revisions = Gen.Select(
        Numbers, Gen.OneOf(Gen.Byte.Array[16], Gen.Byte.Array[0, 40]), (generation, hash) => RevisionId.FromHashBytes(generation, hash));

    private static readonly Gen<AttachmentInfo> Infos = Gen.Select(
        Gen.String.Array[2], Gen.Byte.Array[48], Numbers, Numbers, Numbers, Gen.Bool,
        (texts, hashes, position, length, stored, gzip) => new AttachmentInfo(
            Clean(texts[0]),
            Clean(texts[1]),
            position,
            hashes.AsMemory(0, 16),
            length,
            stored,
            gzip ? ContentEncoding.Gzip : ContentEncoding.Identity,
            hashes.AsMemory(16)));

    private static readonly Gen<RevisionTree> Trees = Gen.Select(Gen.Int[1, 40], Gen.Int[0, 3], Gen.Int).Select((length, branches, seed) =>
    {
        var random = new Random(seed);
        var tree = new RevisionTree();
        var at = default(RevisionId);
        for (var i = 1; i <= length; i++)
        {
            var next = new RevisionId(i, (UInt128)random.NextInt64());
            tree.Append(at, next, RevisionFlags.Stored, i);
            at = next;
        }

        for (var i = 0; i < branches; i++)
        {
            tree.Merge([new RevisionId(random.Next(1, 50), (UInt128)random.NextInt64())], (RevisionFlags)random.Next(4), i);
        }

        tree.SpillTail();
        return tree;
    });

    [Fact]
    public void Bodies_come_back() => Gen.Select(Infos.Array[0, 5], Gen.Byte.Array[0, 100]).Sample((infos, body) =>
    {
        var written = Written(output => BodyCodec.Write(output, infos, body));
        var offset = BodyCodec.Read(written, out var read);
        Assert.Equal(body, written[offset..]);
        Assert.Equal(infos.Select(Shown), read.Select(Shown));
        Damage(written, damaged => BodyCodec.Read(damaged, out _));
    });

    [Fact]
    public void Document_records_come_back() => Gen.Select(Trees, Numbers, Numbers, Gen.Int[0, 3]).Sample((tree, sequence, size, attached) =>
    {
        var sizes = tree.Leaves.Select((_, i) => new LeafSize(size, attached > i)).ToArray();
        var written = Written(output => DocumentRecordCodec.Write(output, tree, sequence, sizes));
        var read = DocumentRecordCodec.Read("id", written);
        Assert.Equal(("id", sequence), (read.Id, read.Sequence));
        Assert.Equal(tree.Leaves, read.Tree.Leaves);
        Assert.Equal(sizes, read.LeafSizes);
        var head = DocumentRecordCodec.ReadHead(written);
        Assert.Equal((tree.Winner.IsDeleted, sequence, tree.Winner.Revision), (head.Deleted, head.Sequence, head.Winner));
        Assert.Equal(tree.Winner.IsDeleted, DocumentRecordCodec.IsDeleted(written));
        Damage(written, damaged => DocumentRecordCodec.Read("id", damaged));
        Damage(written, damaged => DocumentRecordCodec.ReadHead(damaged));
    });

    [Fact]
    public void Rows_of_the_feed_come_back() => Gen.Select(Trees, Gen.String).Sample((tree, id) =>
    {
        var written = Written(output => SequenceRowCodec.Write(output, Clean(id), tree));
        var leaves = new RevisionLeaf[1];
        SequenceRowCodec.Read(written, ref leaves, out var count);
        Assert.Equal(tree.Leaves.Select(leaf => (leaf.Revision, leaf.Flags)), leaves.Take(count).Select(leaf => (leaf.Revision, leaf.Flags)));
        Assert.Equal(Clean(id), System.Text.Encoding.UTF8.GetString(SequenceRowCodec.ReadId(written)));
        Damage(written, damaged =>
        {
            var into = new RevisionLeaf[1];
            SequenceRowCodec.Read(damaged, ref into, out _);
        });
        Damage(written, damaged => SequenceRowCodec.ReadId(damaged));
    });

    [Fact]
    public void States_come_back() => Numbers.Array[20].Sample(numbers =>
    {
        var state = new DatabaseState
        {
            UpdateSequence = numbers[0],
            DocumentCount = numbers[1],
            DeletedCount = numbers[2],
            LocalCount = numbers[3],
            PurgeSequence = numbers[4],
            OldestPurge = numbers[5],
            RevsLimit = numbers[6],
            PurgedInfosLimit = numbers[7],
            StemmedTo = numbers[8],
            CompactedSequence = numbers[9],
            Sizes = new DatabaseSizes
            {
                External = numbers[10],
                LeafBodies = numbers[11],
                Bodies = numbers[12],
                RemovedBodies = numbers[13],
                Records = numbers[14],
                Rows = numbers[15],
                Local = numbers[16],
                LeafContent = numbers[17],
                Content = numbers[18],
                RemovedContent = numbers[19],
            },
        };
        var written = Written(output => state.Write(output));
        Assert.Equal(state, DatabaseState.Read(written));
        Damage(written, damaged => DatabaseState.Read(damaged));
    });

    [Fact]
    public void The_length_of_a_row_and_of_keys_is_known_beforehand() => Gen.Select(Trees, Gen.String, Numbers).Sample((tree, text, number) =>
    {
        var id = Clean(text);
        Assert.Equal(Written(output => SequenceRowCodec.Write(output, id, tree)).Length, SequenceRowCodec.Length(id, tree.Leaves));
        Assert.Equal(Written(output => output.Number(number)).Length, RecordWriter.LengthOf(number));
        foreach (var leaf in tree.Leaves)
        {
            var key = new KeyWriter(new byte[KeyWriter.StackSize]);
            Keys.Body(ref key, 7, id, leaf.Revision);
            Assert.Equal(key.Written.Length, Keys.BodyLength(id, leaf.Revision));
            key.Dispose();
        }
    });

    [Fact]
    public void Entries_of_the_catalogue_come_back() =>
        Gen.Select(Gen.UInt, Gen.String, Gen.Bool, Gen.Int[0, int.MaxValue], Numbers).Sample((number, incarnation, partitioned, shards, created) =>
        {
            var record = new CatalogueRecord(number, Clean(incarnation), partitioned, shards, created);
            var written = Written(output => record.Write(output));
            Assert.Equal(record, CatalogueRecord.Read(written));
            Damage(written, damaged => CatalogueRecord.Read(damaged));
        });

    [Fact]
    public void Contents_and_purges_come_back() => Gen.Select(Numbers.Array[4], Gen.String, Revisions.Array[0, 5]).Sample((numbers, id, revisions) =>
    {
        var content = new ContentRecord(numbers[0], numbers[1], numbers[2], numbers[3]);
        var written = Written(output => content.Write(output));
        Assert.Equal(content, ContentRecord.Read(written));
        Damage(written, damaged => ContentRecord.Read(damaged));
        var info = new PurgeInfo(7, "uuid", Clean(id), revisions);
        written = Written(output => PurgeCodec.Write(output, info));
        var read = PurgeCodec.Read(7, written);
        Assert.Equal((info.PurgeSequence, info.Uuid, info.Id), (read.PurgeSequence, read.Uuid, read.Id));
        Assert.Equal(info.Revisions, read.Revisions);
        Damage(written, damaged => PurgeCodec.Read(7, damaged));
    });

    /// <summary>Cuts a value short and changes bytes of it: reading may succeed, but must fail in no other way than it says.</summary>
    private static void Damage(byte[] value, Action<byte[]> read)
    {
        for (var length = 0; length < value.Length; length += Math.Max(1, value.Length / 20))
        {
            Try(value[..length], read);
        }

        var random = new Random(value.Length);
        for (var i = 0; i < 20 && value.Length > 0; i++)
        {
            var changed = value.ToArray();
            changed[random.Next(value.Length)] = (byte)random.Next(256);
            Try(changed, read);
            changed[random.Next(value.Length)] = 0xFF;
            Try(changed, read);
        }

        Assert.Throws<InvalidDataException>(() => read([]));
        var endless = Enumerable.Repeat((byte)0xFF, 40).Prepend((byte)1).ToArray();
        Assert.Throws<InvalidDataException>(() => read(endless));
    }

    private static void Try(byte[] damaged, Action<byte[]> read)
    {
        try
        {
            read(damaged);
        }
        catch (InvalidDataException)
        {
            return;
        }
    }

    private static (string, string, long, string, long, long, ContentEncoding, string) Shown(AttachmentInfo info) => (
        info.Name,
        info.ContentType,
        info.RevisionPosition,
        Convert.ToHexString(info.Md5.Span),
        info.Length,
        info.StoredLength,
        info.Encoding,
        Convert.ToHexString(info.ContentId.Span));

    /// <summary>A text without halves of surrogate pairs.</summary>
    private static string Clean(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
