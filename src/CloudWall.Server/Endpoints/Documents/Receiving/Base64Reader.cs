using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace CloudWall.Server.Endpoints.Documents.Receiving;

/// <summary>
/// Decodes the base64 in a JSON string that comes in pieces, up to the quote that ends it. White space is passed over, escapes are taken
/// for what they say, and what the last character before the padding says in the bits that do not count is ignored.
/// </summary>
internal sealed class Base64Reader
{
    private const int Quantum = 4;
    private const int LongestEscape = 6;

    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private readonly byte[] _quantum = new byte[Quantum];
    private int _filled;
    private int _padding;

    /// <summary>What stands where the reading stopped.</summary>
    public enum Found
    {
        /// <summary>The end of the piece, or an escape of which not all has come.</summary>
        Nothing,

        /// <summary>The quote that ends the string, which has been taken: the bytes are complete.</summary>
        End,

        /// <summary>Something that is no base64, or a quote too early.</summary>
        Fault,
    }

    /// <summary>How many bytes a piece may decode to.</summary>
    public static int LongestDecoded(int length) => ((length / Quantum) + 1) * 3;

    /// <summary>Reads on.</summary>
    /// <param name="text">The next piece of the string, as it stands in the JSON.</param>
    /// <param name="into">Takes the bytes.</param>
    /// <param name="written">How many bytes there are.</param>
    /// <param name="found">What stands where the reading stopped.</param>
    /// <returns>How much of the piece has been taken.</returns>
    public int Read(ReadOnlySpan<byte> text, Span<byte> into, out int written, out Found found)
    {
        written = 0;
        for (var at = 0; at < text.Length;)
        {
            var plain = text[at..].IndexOfAnyExcept(Alphabet);
            plain = plain < 0 ? text.Length - at : plain;
            if (plain > 0)
            {
                if (_padding > 0)
                {
                    found = Found.Fault;
                    return at;
                }

                Append(text.Slice(at, plain), into, ref written);
                at += plain;
                continue;
            }

            var (value, length) = Character(text[at..]);
            if (length == 0)
            {
                found = Found.Nothing;
                return at;
            }

            var isTaken = value switch
            {
                '"' when length == 1 => _padding > 0 ? _padding + _filled == Quantum : _filled == 0,
                '=' => _filled >= 2 && ++_padding + _filled <= Quantum,
                ' ' or '\t' or '\r' or '\n' => true,
                _ => value >= 0 && _padding == 0 && Alphabet.Contains((byte)value),
            };
            if (!isTaken)
            {
                found = Found.Fault;
                return at;
            }

            at += length;
            if (value == '"')
            {
                Complete(into, ref written);
                found = Found.End;
                return at;
            }

            if (Alphabet.Contains((byte)value))
            {
                Append([(byte)value], into, ref written);
            }
        }

        found = Found.Nothing;
        return text.Length;
    }

    /// <summary>The character that a text begins with, and its length there; length 0 where not all of an escape has come.</summary>
    private static (int Value, int Length) Character(ReadOnlySpan<byte> text)
    {
        if (text[0] != '\\')
        {
            // Control characters must not stand in a JSON string as they are.
            return (text[0] is >= 0x20 and < 0x80 ? text[0] : -1, 1);
        }

        if (text.Length < 2)
        {
            return (0, 0);
        }

        switch (text[1])
        {
            case (byte)'/':
                return ('/', 2);
            case (byte)'n':
                return ('\n', 2);
            case (byte)'r':
                return ('\r', 2);
            case (byte)'t':
                return ('\t', 2);
            case (byte)'u' when text.Length < LongestEscape:
                return (0, 0);
            case (byte)'u' when ushort.TryParse(text[2..LongestEscape], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value):
                return (value < 0x80 && value != '"' ? value : -1, LongestEscape);
            default:
                return (-1, 1);
        }
    }

    private void Append(ReadOnlySpan<byte> text, Span<byte> into, ref int written)
    {
        while (_filled > 0 && text.Length > 0)
        {
            _quantum[_filled++] = text[0];
            text = text[1..];
            if (_filled == Quantum)
            {
                Decode(_quantum, into, ref written);
                _filled = 0;
            }
        }

        var whole = text.Length / Quantum * Quantum;
        Decode(text[..whole], into, ref written);
        foreach (var value in text[whole..])
        {
            _quantum[_filled++] = value;
        }
    }

    /// <summary>The bytes of the last characters, which have padding behind them.</summary>
    private void Complete(Span<byte> into, ref int written)
    {
        if (_padding == 0)
        {
            return;
        }

        _quantum.AsSpan(_filled).Fill((byte)'A');
        Span<byte> last = stackalloc byte[3];
        var length = 0;
        Decode(_quantum, last, ref length);
        last[..(3 - _padding)].CopyTo(into[written..]);
        written += 3 - _padding;
    }

    private static void Decode(ReadOnlySpan<byte> text, Span<byte> into, ref int written)
    {
        if (Base64.DecodeFromUtf8(text, into[written..], out _, out var length) != OperationStatus.Done)
        {
            throw new InvalidOperationException("The text is no base64, or there is no room for its bytes.");
        }

        written += length;
    }
}
