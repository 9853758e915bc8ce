using System.Buffers;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>
/// A stored document record: version, deleted flag, sequence, winner, the leaves' sizes, the revision tree. What listings need stands
/// first, so that they need not decode the tree.
/// </summary>
internal static class DocumentRecordCodec
{
    private const byte Version = 1;

    public static void Write(IBufferWriter<byte> output, RevisionTree tree, long sequence, long[] leafSizes)
    {
        var winner = tree.Winner;
        output.Byte(Version);
        output.Byte(winner.IsDeleted ? (byte)1 : (byte)0);
        output.Number(sequence);
        output.Revision(winner.Revision);
        output.Number(leafSizes.Length);
        foreach (var size in leafSizes)
        {
            output.Number(size);
        }

        RevisionTreeCodec.Write(tree, output);
    }

    public static DocumentRecord Read(string id, ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        var head = ReadHead(ref reader);
        var sizes = new long[reader.Length()];
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = reader.Number();
        }

        var tree = RevisionTreeCodec.Read(reader.Rest, out _);
        return sizes.Length == tree.Leaves.Count
            ? new DocumentRecord(id, tree, head.Sequence, sizes)
            : throw new InvalidDataException("A document's record is corrupt.");
    }

    public static Head ReadHead(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        return ReadHead(ref reader);
    }

    public static bool IsDeleted(ReadOnlySpan<byte> value) => value.Length > 1 && value[1] != 0;

    private static Head ReadHead(ref RecordReader reader)
    {
        if (reader.Byte() != Version)
        {
            throw new InvalidDataException("A document's record has a format that this version does not know.");
        }

        return new Head(reader.Byte() != 0, reader.Number(), reader.Revision());
    }

    /// <summary>What listings need of a record.</summary>
    public readonly record struct Head(bool Deleted, long Sequence, RevisionId Winner);
}
