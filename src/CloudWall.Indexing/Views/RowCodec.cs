using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>A row's value: how long its sort key is, its key, and the rest is its value.</summary>
internal static class RowCodec
{
    public static byte[] Write(int sortKeyLength, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var output = new ArrayBufferWriter<byte>(key.Length + value.Length + 8);
        output.Number(sortKeyLength);
        output.Bytes(key);
        output.Write(value);
        return output.WrittenSpan.ToArray();
    }

    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> stored, out int sortKeyLength, out ReadOnlySpan<byte> value)
    {
        sortKeyLength = (int)Packed.Number(ref stored);
        var key = Packed.Bytes(ref stored);
        value = stored;
        return key;
    }

    /// <summary>A stored row as reduce functions take it.</summary>
    /// <param name="rowKey">Its key after the view's prefix.</param>
    /// <param name="stored">Its value.</param>
    public static ReduceRow ToReduceRow(ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> stored)
    {
        var key = Read(stored, out var sortKeyLength, out var value).ToArray();
        return new ReduceRow(key, IndexKeys.ReadId(rowKey[sortKeyLength..]), value.ToArray());
    }
}
