using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>The stored value of a row: the length of its sort key, its JSON key, and its JSON value.</summary>
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

    /// <summary>A stored row as reduce functions get it.</summary>
    /// <param name="rowKey">Its key without the prefix of the view.</param>
    /// <param name="stored">Its stored value.</param>
    public static ReduceRow ToReduceRow(ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> stored) =>
        ToReduceRow(rowKey, stored, GC.AllocateUninitializedArray<byte>(rowKey.Length + stored.Length));

    /// <summary>A stored row as reduce functions get it, copied into a buffer.</summary>
    /// <param name="rowKey">Its key without the prefix of the view.</param>
    /// <param name="stored">Its stored value.</param>
    /// <param name="room">The buffer, as long as both.</param>
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

    /// <summary>A stored row for functions that only use values, copied into a buffer.</summary>
    /// <param name="stored">Its stored value.</param>
    /// <param name="room">The buffer, as long as the value.</param>
    public static ReduceRow ToValue(ReadOnlySpan<byte> stored, Memory<byte> room)
    {
        Read(stored, out _, out var value);
        value.CopyTo(room.Span);
        return new ReduceRow(default, default, room[..value.Length]);
    }
}
