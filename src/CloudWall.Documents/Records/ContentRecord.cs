using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>Where content of a given address is stored, and who refers to it.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="StoredLength">Bytes stored.</param>
/// <param name="References">How many stored revisions refer to it.</param>
/// <param name="LeafReferences">How many of them are leaves.</param>
internal readonly record struct ContentRecord(long Blob, long StoredLength, long References, long LeafReferences)
{
    public static ContentRecord Read(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        var record = new ContentRecord(reader.Number(), reader.Number(), reader.Number(), 0);

        // In the first formats leaves were not counted.
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
