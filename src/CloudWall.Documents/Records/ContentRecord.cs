using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>Where content of a given address is stored, and how many stored revisions refer to it.</summary>
internal readonly record struct ContentRecord(long Blob, long StoredLength, long References)
{
    public static ContentRecord Read(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        return new ContentRecord(reader.Number(), reader.Number(), reader.Number());
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Number(Blob);
        output.Number(StoredLength);
        output.Number(Math.Max(0, References));
    }
}
