using System.Globalization;
using System.Text;

namespace CloudWall.Mango.Matching;

/// <summary>
/// <c>$beginsWith</c>. As in CouchDB a beginning may not end within a character that its reader sees: <c>e</c> is none of <c>é</c> that is
/// written with a combining accent (Unicode's grapheme clusters).
/// </summary>
internal sealed class Beginning : ValueCondition
{
    /// <summary>How much of what follows may belong to the last character.</summary>
    private const int Following = 64;

    private readonly byte[] _written;
    private readonly string _last;

    /// <summary>Prepares a beginning.</summary>
    /// <param name="quoted">The beginning, as JSON in normal form.</param>
    public Beginning(ReadOnlyMemory<byte> quoted)
    {
        _written = quoted[1..^1].ToArray();
        var text = NormalScan.Text(quoted.Span);
        _last = text.Length == 0 ? string.Empty : text[(char.IsLowSurrogate(text[^1]) ? ^2 : ^1)..];
    }

    public override Verdict Decide(ReadOnlySpan<byte> value) =>
        Of(value[0] == '"' && value[1..^1].StartsWith(_written) && IsWhole(value[(1 + _written.Length)..^1]));

    private bool IsWhole(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || _last.Length == 0)
        {
            return true;
        }

        if (_last[0] is not '\r' and < '\x80' && rest[0] < 0x80)
        {
            return true;
        }

        var end = Math.Min(rest.Length, Following);
        while (end < rest.Length && (rest[end] & 0xC0) == 0x80)
        {
            end++;
        }

        var following = _last + (rest[..end].Contains((byte)'\\')
            ? NormalScan.Text([(byte)'"', .. rest, (byte)'"'])
            : Encoding.UTF8.GetString(rest[..end]));
        return StringInfo.GetNextTextElementLength(following) == _last.Length;
    }
}
