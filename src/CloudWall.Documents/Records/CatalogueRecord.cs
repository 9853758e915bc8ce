using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>A database's entry in the catalogue.</summary>
internal readonly record struct CatalogueRecord(uint Number, string Incarnation, bool Partitioned)
{
    public static CatalogueRecord Read(ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        return new CatalogueRecord(checked((uint)reader.Number()), reader.Text(), reader.Byte() != 0);
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Number(Number);
        output.Text(Incarnation);
        output.Byte(Partitioned ? (byte)1 : (byte)0);
    }
}
