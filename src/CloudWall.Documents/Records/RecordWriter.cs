using System.Buffers;
using System.Numerics;
using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>Writes the fields of a stored value in order; the counterpart of <see cref="RecordReader"/>.</summary>
internal static class RecordWriter
{
    public static void Byte(this IBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public static void Number(this IBufferWriter<byte> output, long value) => output.Advance(Number(output.GetSpan(10), value));

    /// <summary>Writes a varint of at most ten bytes.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Number(Span<byte> output, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var written = 0;
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            output[written++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        output[written++] = (byte)rest;
        return written;
    }

    public static void Bytes(this IBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        output.Number(value.Length);
        output.Write(value);
    }

    public static void Text(this IBufferWriter<byte> output, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        output.Number(length);
        Encoding.UTF8.GetBytes(value, output.GetSpan(length));
        output.Advance(length);
    }

    public static void Revision(this IBufferWriter<byte> output, RevisionId revision)
    {
        var length = revision.HashLength;
        output.Number(revision.Generation);
        output.Number(length == 16 ? 0 : length + 1);
        revision.CopyHashTo(output.GetSpan(length));
        output.Advance(length);
    }

    /// <summary>The number of bytes that <see cref="Number(IBufferWriter{byte}, long)"/> writes.</summary>
    public static int LengthOf(long value) => Math.Max(1, (70 - BitOperations.LeadingZeroCount((ulong)value)) / 7);

    /// <summary>The number of bytes that <see cref="Revision"/> writes.</summary>
    public static int LengthOf(RevisionId revision)
    {
        var length = revision.HashLength;
        return LengthOf(revision.Generation) + LengthOf(length == 16 ? 0 : length + 1L) + length;
    }
}
