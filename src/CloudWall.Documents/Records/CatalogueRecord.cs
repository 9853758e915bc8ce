using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>A database's catalogue entry. The creation time is in milliseconds since 1970.</summary>
internal readonly record struct CatalogueRecord(uint Number, string Incarnation, bool Partitioned, int Shards, long CreatedAt)
{
    public static CatalogueRecord Read(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        return new CatalogueRecord(
            reader.Number() is <= uint.MaxValue and var number ? (uint)number : throw Corrupt(),
            reader.Text(),
            reader.Byte() != 0,
            reader.Number() is <= int.MaxValue and var shards ? (int)shards : throw Corrupt(),
            reader.Number());
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Number(Number);
        output.Text(Incarnation);
        output.Byte(Partitioned ? (byte)1 : (byte)0);
        output.Number(Shards);
        output.Number(CreatedAt);
    }

    private static InvalidDataException Corrupt() => new("An entry of the catalogue of databases is corrupt.");
}
