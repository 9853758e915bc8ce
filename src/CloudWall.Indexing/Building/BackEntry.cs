using System.Buffers;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>An entry of the back index: one of the rows that a document has.</summary>
/// <param name="View">The view.</param>
/// <param name="Key">The row's key without the prefix of its view.</param>
/// <param name="Bytes">The size of the row in bytes.</param>
internal sealed record BackEntry(int View, byte[] Key, long Bytes)
{
    public static List<BackEntry> Read(ReadOnlySpan<byte> stored)
    {
        var entries = new List<BackEntry>();
        while (!stored.IsEmpty)
        {
            entries.Add(new BackEntry((int)Packed.Number(ref stored), Packed.Bytes(ref stored).ToArray(), Packed.Number(ref stored)));
        }

        return entries;
    }

    public static void Write(int view, ReadOnlySpan<byte> key, long bytes, ArrayBufferWriter<byte> output)
    {
        output.Number(view);
        output.Bytes(key);
        output.Number(bytes);
    }
}
