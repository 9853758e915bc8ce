using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>The summary of a range of rows: their number, and a state for each of the view's reduce functions.</summary>
/// <param name="Count">The number of rows.</param>
/// <param name="States">The states; empty where there are no rows.</param>
internal sealed record ViewNode(long Count, byte[][] States)
{
    /// <summary>The number of levels of nodes over the rows. A node of the last one spans about a thousand million rows.</summary>
    public const int Levels = 6;

    /// <summary>The binary logarithm of the average number of nodes (or rows) per node of the next level.</summary>
    private const int FanOutBits = 5;

    /// <summary>
    /// The number of levels on which a row begins a node. A keyed hash decides, so that no choice of keys makes nodes uneven.
    /// </summary>
    public static int Height(ReadOnlySpan<byte> rowKey, ulong seed) => Math.Min(
        Levels,
        int.CreateChecked(ulong.TrailingZeroCount(System.IO.Hashing.XxHash3.HashToUInt64(rowKey, (long)seed))) / FanOutBits);

    /// <summary>
    /// The level at which queries begin: it has few nodes for this number of rows, so that higher levels would save nothing.
    /// </summary>
    public static int Top(long rows)
    {
        var top = 1;
        for (rows >>= 2 * FanOutBits; rows > 0 && top < Levels; rows >>= FanOutBits)
        {
            top++;
        }

        return top;
    }

    public static ViewNode Read(ReadOnlySpan<byte> stored)
    {
        var count = Packed.Number(ref stored);
        var states = new List<byte[]>();
        while (!stored.IsEmpty)
        {
            states.Add(Packed.Bytes(ref stored).ToArray());
        }

        return new ViewNode(count, [.. states]);
    }

    /// <summary>The number of rows of a stored node.</summary>
    public static long ReadCount(ReadOnlySpan<byte> stored) => Packed.Number(ref stored);

    /// <summary>A state of a stored node; null where the node has no rows.</summary>
    public static byte[]? ReadState(ReadOnlySpan<byte> stored, int reduction)
    {
        if (Packed.Number(ref stored) == 0)
        {
            return null;
        }

        for (; reduction > 0; reduction--)
        {
            Packed.Bytes(ref stored);
        }

        return Packed.Bytes(ref stored).ToArray();
    }

    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>();
        output.Number(Count);
        foreach (var state in States)
        {
            output.Bytes(state);
        }

        return output.WrittenSpan.ToArray();
    }
}
