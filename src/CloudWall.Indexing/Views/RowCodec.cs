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
    public static ReduceRow ToReduceRow(ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> stored) =>
        ToReduceRow(rowKey, stored, GC.AllocateUninitializedArray<byte>(rowKey.Length + stored.Length));

    /// <summary>A stored row as reduce functions take it.</summary>
    /// <param name="rowKey">Its key after the view's prefix.</param>
    /// <param name="stored">Its value.</param>
    /// <param name="room">Where it is, as long as both.</param>
    public static ReduceRow ToReduceRow(ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> stored, Memory<byte> room)
    {
        var key = Read(stored, out var sortKeyLength, out var value);
        var id = rowKey[sortKeyLength..];
        key.CopyTo(room.Span);
        value.CopyTo(room.Span[key.Length..]);
        var idAt = key.Length + value.Length;
        var idLength = IndexKeys.ReadId(id, room.Span[idAt..]);
        return new ReduceRow(room[..key.Length], room.Slice(idAt, idLength), room[key.Length..idAt]);
    }

    /// <summary>A stored row as functions take it that only look at values.</summary>
    /// <param name="stored">Its value.</param>
    /// <param name="room">Where it is, as long.</param>
    public static ReduceRow ToValue(ReadOnlySpan<byte> stored, Memory<byte> room)
    {
        Read(stored, out _, out var value);
        value.CopyTo(room.Span);
        return new ReduceRow(default, default, room[..value.Length]);
    }
}
