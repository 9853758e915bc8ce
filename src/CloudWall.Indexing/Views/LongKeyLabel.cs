using System.Buffers.Binary;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Labels that stand for long keys in their order. A label is a sequence of 63-bit digits; the lowest bit of each stored digit says whether
/// another follows, so no label is a prefix of another. Between two labels there is always a third.
/// </summary>
internal static class LongKeyLabel
{
    private const int Digit = sizeof(ulong);
    private const ulong Base = 1UL << 63;

    /// <summary>The distance of a label beyond the first or the last one, which leaves room for many keys in order.</summary>
    private const ulong Step = 1UL << 40;

    /// <summary>A new label between two others.</summary>
    /// <param name="before">The label before it; empty where there is none.</param>
    /// <param name="after">The label after it; empty where there is none.</param>
    /// <param name="halfway">Whether the label has to be about in the middle, as a search needs it.</param>
    public static byte[] Between(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, bool halfway = false)
    {
        var label = new List<ulong>();
        var isBounded = !after.IsEmpty;
        for (var at = 0; ; at += Digit)
        {
            var hasEnded = at >= before.Length;
            var low = hasEnded ? 0 : Read(before[at..]) >> 1;
            var high = !isBounded ? Base : at < after.Length ? Read(after[at..]) >> 1 : 0;
            if (high - low > 1)
            {
                var half = (high - low) / 2;
                label.Add(
                    halfway || hasEnded != isBounded ? low + half
                    : isBounded ? high - Math.Min(Step, half)
                    : low + Math.Min(Step, half));
                return Write(label);
            }

            // Labels with the lower digit and anything after it are all before the second label.
            isBounded &= high == low;
            label.Add(low);
        }
    }

    /// <summary>The length of the label at the start of a buffer; -1 where the buffer does not have a whole one.</summary>
    public static int LengthAt(ReadOnlySpan<byte> buffer)
    {
        for (var end = Digit; end <= buffer.Length; end += Digit)
        {
            if ((Read(buffer[(end - Digit)..]) & 1) == 0)
            {
                return end;
            }
        }

        return -1;
    }

    private static ulong Read(ReadOnlySpan<byte> digit) => BinaryPrimitives.ReadUInt64BigEndian(digit);

    private static byte[] Write(List<ulong> digits)
    {
        var label = new byte[digits.Count * Digit];
        for (var i = 0; i < digits.Count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(label.AsSpan(i * Digit), (digits[i] << 1) | (i + 1 < digits.Count ? 1UL : 0));
        }

        return label;
    }
}
