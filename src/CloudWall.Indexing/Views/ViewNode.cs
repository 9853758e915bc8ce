using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>What is known of a stretch of rows: how many there are, and a state for each of the view's reduce functions.</summary>
/// <param name="Count">How many rows.</param>
/// <param name="States">The states; empty where there are no rows.</param>
internal sealed record ViewNode(long Count, byte[][] States)
{
    /// <summary>Levels of nodes over the rows; the last has one for every thousand million rows.</summary>
    public const int Levels = 6;

    /// <summary>Bits of how many nodes of a level (or rows) are in one of the next.</summary>
    private const int FanOutBits = 5;

    /// <summary>On how many levels a row begins a node: a keyed hash decides, so that nobody's choice of keys makes nodes uneven.</summary>
    public static int Height(ReadOnlySpan<byte> rowKey, ulong seed) => Math.Min(
        Levels,
        int.CreateChecked(ulong.TrailingZeroCount(System.IO.Hashing.XxHash3.HashToUInt64(rowKey, (long)seed))) / FanOutBits);

    /// <summary>The level on which few nodes stand over so many rows: to look at higher ones would be in vain.</summary>
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

    /// <summary>How many rows a stored node has.</summary>
    public static long ReadCount(ReadOnlySpan<byte> stored) => Packed.Number(ref stored);

    /// <summary>One of a stored node's states; null where it has no rows.</summary>
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
