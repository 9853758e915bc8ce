using System.Buffers;
using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>
/// The format of a row of the changes feed: the document's id and its leaves, winner first, so that no style of feed needs a second read.
/// </summary>
internal static class SequenceRowCodec
{
    private const byte Version = 1;

    public static void Write(IBufferWriter<byte> output, string id, RevisionTree tree)
    {
        output.Byte(Version);
        output.Text(id);
        var leaves = tree.Leaves;
        output.Number(leaves.Count);
        for (var i = 0; i < leaves.Count; i++)
        {
            output.Byte((byte)leaves[i].Flags);
            output.Revision(leaves[i].Revision);
        }
    }

    /// <summary>The length of a row.</summary>
    /// <param name="id">The document's id.</param>
    /// <param name="leaves">Its leaves.</param>
    public static int Length(string id, IReadOnlyList<RevisionLeaf> leaves)
    {
        var text = Encoding.UTF8.GetByteCount(id);
        var length = 1 + RecordWriter.LengthOf(text) + text + RecordWriter.LengthOf(leaves.Count);
        for (var i = 0; i < leaves.Count; i++)
        {
            length += 1 + RecordWriter.LengthOf(leaves[i].Revision);
        }

        return length;
    }

    /// <summary>Reads only a row's document id.</summary>
    public static ReadOnlySpan<byte> ReadId(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        reader.Byte();
        return reader.Bytes();
    }

    /// <summary>Reads a row. <paramref name="leaves"/> is reallocated as needed.</summary>
    public static void Read(ReadOnlySpan<byte> value, ref RevisionLeaf[] leaves, out int count)
    {
        var reader = new RecordReader(value);
        if (reader.Byte() != Version)
        {
            throw new InvalidDataException("A row of the changes feed has a format that this version does not know.");
        }

        reader.Bytes();
        count = reader.Length();
        if (count == 0)
        {
            throw new InvalidDataException("A row of the changes feed has no revisions.");
        }

        if (leaves.Length < count)
        {
            leaves = new RevisionLeaf[count];
        }

        for (var i = 0; i < count; i++)
        {
            var flags = (RevisionFlags)reader.Byte();
            leaves[i] = new RevisionLeaf(reader.Revision(), flags, 0);
        }
    }
}
