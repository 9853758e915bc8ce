using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>The location of content with a given address, and its reference counts.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="StoredLength">Stored length in bytes.</param>
/// <param name="References">The number of stored revisions that refer to it.</param>
/// <param name="LeafReferences">How many of these revisions are leaves.</param>
internal readonly record struct ContentRecord(long Blob, long StoredLength, long References, long LeafReferences)
{
    public static ContentRecord Read(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        var record = new ContentRecord(reader.Number(), reader.Number(), reader.Number(), 0);

        // The first formats did not count leaves.
        return reader.Rest.IsEmpty ? record : record with { LeafReferences = reader.Number() };
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Number(Blob);
        output.Number(StoredLength);
        output.Number(Math.Max(0, References));
        output.Number(Math.Max(0, LeafReferences));
    }
}
