using System.Buffers;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>
/// The format of a document record: version, deleted flag, sequence, winner, sizes of the leaves, revision tree. The fields that listings
/// need come first, so that listings need not decode the tree.
/// </summary>
internal static class DocumentRecordCodec
{
    private const byte Version = 2;

    public static void Write(IBufferWriter<byte> output, RevisionTree tree, long sequence, LeafSize[] leafSizes)
    {
        var winner = tree.Winner;
        output.Byte(Version);
        output.Byte(winner.IsDeleted ? (byte)1 : (byte)0);
        output.Number(sequence);
        output.Revision(winner.Revision);
        var attached = Array.Exists(leafSizes, size => size.HasAttachments);
        output.Number(((long)leafSizes.Length << 1) | (attached ? 1L : 0));
        foreach (var size in leafSizes)
        {
            output.Number(size.External);
            if (attached)
            {
                output.Byte(size.HasAttachments ? (byte)1 : (byte)0);
            }
        }

        RevisionTreeCodec.Write(tree, output);
    }

    public static DocumentRecord Read(string id, ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        var head = ReadHead(ref reader);
        var sizes = ReadSizes(ref reader, value[0]);
        var tree = RevisionTreeCodec.Read(reader.Rest, out _);
        return sizes.Length == tree.Leaves.Count
            ? new DocumentRecord(id, tree, head.Sequence, sizes, value.Length)
            : throw new InvalidDataException("A document's record is corrupt.");
    }

    public static Head ReadHead(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        return ReadHead(ref reader);
    }

    public static bool IsDeleted(ReadOnlySpan<byte> value) => value.Length > 1 && value[1] != 0;

    private static LeafSize[] ReadSizes(ref RecordReader reader, byte version)
    {
        var count = reader.Number();
        var attached = version == 1 || (count & 1) != 0;
        count = version == 1 ? count : count >> 1;
        if (count > reader.Rest.Length)
        {
            throw new InvalidDataException("A document's record is corrupt.");
        }

        var sizes = new LeafSize[count];
        for (var i = 0; i < sizes.Length; i++)
        {
            // The first version did not record which leaves have attachments.
            sizes[i] = new LeafSize(reader.Number(), attached && (version == 1 || reader.Byte() != 0));
        }

        return sizes;
    }

    private static Head ReadHead(ref RecordReader reader)
    {
        if (reader.Byte() is 0 or > Version)
        {
            throw new InvalidDataException("A document's record has a format that this version does not know.");
        }

        return new Head(reader.Byte() != 0, reader.Number(), reader.Revision());
    }

    /// <summary>The fields that listings need.</summary>
    public readonly record struct Head(bool Deleted, long Sequence, RevisionId Winner);
}
