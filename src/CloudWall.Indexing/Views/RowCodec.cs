using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>A row's value: how long its sort key is, its key, and the rest is its value.</summary>
internal static class RowCodec
{
    public static void Write(int sortKeyLength, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        var keyAt = Packed.Length(sortKeyLength) + Packed.Length(key.Length);
        var length = keyAt + key.Length + value.Length;
        var stored = output.GetSpan(length)[..length];
        Packed.Number(Packed.Number(stored, sortKeyLength), key.Length);
        key.CopyTo(stored[keyAt..]);
        value.CopyTo(stored[(keyAt + key.Length)..]);
        output.Advance(length);
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
        var key = Read(stored, out var sortKeyLength, out var value);
        var id = rowKey[sortKeyLength..];

        // One array for all three.
        var all = GC.AllocateUninitializedArray<byte>(key.Length + value.Length + id.Length);
        key.CopyTo(all);
        value.CopyTo(all.AsSpan(key.Length));
        var idLength = IndexKeys.ReadId(id, all.AsSpan(key.Length + value.Length));
        return new ReduceRow(
            all.AsMemory(0, key.Length), all.AsMemory(key.Length + value.Length, idLength), all.AsMemory(key.Length, value.Length));
    }
}
