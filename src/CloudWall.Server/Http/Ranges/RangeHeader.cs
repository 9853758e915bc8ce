using System.Globalization;
using CloudWall.Documents;

namespace CloudWall.Server.Http.Ranges;

/// <summary>
/// The <c>Range</c> header (RFC 9110, section 14.2) as CouchDB understands it, which is not always how the RFC has it: what it
/// cannot read it ignores, a suffix longer than the content leaves out the first byte, <c>bytes=0-</c> is no range.
/// </summary>
internal static class RangeHeader
{
    /// <summary>416: the content has no such bytes.</summary>
    public static readonly DocumentError NotSatisfiable =
        new(416, "requested_range_not_satisfiable", "Requested range not satisfiable");

    private const string Unit = "bytes=";

    /// <summary>The ranges of a content that a header asks for, in the header's order.</summary>
    /// <param name="header">The header, or null.</param>
    /// <param name="length">The content's length in bytes.</param>
    /// <returns>Null where all of it is to be sent. May be empty.</returns>
    /// <exception cref="DocumentException"><see cref="NotSatisfiable"/>.</exception>
    public static IReadOnlyList<ByteRange>? Resolve(string? header, long length)
    {
        if (header is null || !header.StartsWith(Unit, StringComparison.Ordinal))
        {
            return null;
        }

        var asked = new List<(long? First, long? Last)>();
        foreach (var range in header.AsSpan(Unit.Length).Split(','))
        {
            var token = header.AsSpan(Unit.Length)[range].Trim(' ');
            if (token.IsEmpty)
            {
                continue;
            }

            if (!TryParse(token, out var first, out var last))
            {
                return null;
            }

            asked.Add((first, last));
        }

        var result = new List<ByteRange>(asked.Count);
        foreach (var (first, last) in asked)
        {
            if (first == 0 && last is null)
            {
                return null;
            }

            result.Add(Clip(first, last, length));
        }

        return result;
    }

    private static ByteRange Clip(long? first, long? last, long length)
    {
        if (first is null)
        {
            // CouchDB cuts the number of bytes as if it were a position.
            var count = Math.Min(last!.Value, length - 1);
            return Checked(length - count, length - 1);
        }

        return last < first ? throw new DocumentException(NotSatisfiable) : Checked(first.Value, Math.Min(last ?? length - 1, length - 1));
    }

    private static ByteRange Checked(long first, long last) =>
        last < first ? throw new DocumentException(NotSatisfiable) : new ByteRange(first, last);

    private static bool TryParse(ReadOnlySpan<char> token, out long? first, out long? last)
    {
        first = null;
        last = null;
        if (token[0] == '-')
        {
            return TryParse(token[1..], out last);
        }

        var dash = token.IndexOf('-');
        if (dash < 0 || dash == token.Length - 1)
        {
            return TryParse(dash < 0 ? token : token[..dash], out first);
        }

        return TryParse(token[..dash], out first) && TryParse(token[(dash + 1)..], out last);
    }

    private static bool TryParse(ReadOnlySpan<char> digits, out long? number)
    {
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            number = null;
            return false;
        }

        // What is beyond 64 bits is beyond every content.
        number = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;
        return true;
    }
}
