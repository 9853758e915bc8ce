using System.Buffers;
using System.Buffers.Text;

namespace CloudWall.Scripting.QueryServers;

/// <summary>
/// Halves of characters, which JavaScript has and JSON texts of CouchDB have not: as in CouchDB, what query servers say has U+FFFD in their
/// place.
/// </summary>
internal static class LoneSurrogates
{
    /// <summary>How many bytes an escape has.</summary>
    private const int Escape = 6;

    /// <summary>JSON without them.</summary>
    /// <param name="json">JSON in which such halves are escapes (<c>\ud842</c>), as <c>JSON.stringify</c> writes them.</param>
    /// <param name="scratch">Where the result is, if there were any; what it held is forgotten.</param>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json, ArrayBufferWriter<byte> scratch) =>
        json.Span.IndexOf("\\u"u8) < 0 ? json : Replace(json.Span, scratch);

    /// <summary>Likewise.</summary>
    public static ReadOnlySpan<byte> ReplaceIn(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> scratch) =>
        json.IndexOf("\\u"u8) < 0 ? json : Replace(json, scratch).Span;

    private static ReadOnlyMemory<byte> Replace(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> scratch)
    {
        scratch.ResetWrittenCount();
        for (var i = 0; i < json.Length;)
        {
            var plain = json[i..].IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? json.Length - i : plain;
                scratch.Write(json.Slice(i, plain));
                i += plain;
                continue;
            }

            var unit = UnitAt(json, i);
            var taken = unit < 0 ? Math.Min(2, json.Length - i)
                : char.IsHighSurrogate((char)unit) && UnitAt(json, i + Escape) is var next && next >= 0 && char.IsLowSurrogate((char)next)
                    ? 2 * Escape
                : Escape;
            scratch.Write(taken == Escape && char.IsSurrogate((char)unit) ? "\uFFFD"u8 : json.Slice(i, taken));
            i += taken;
        }

        return scratch.WrittenMemory;
    }

    /// <summary>The UTF-16 unit that is escaped at a place, or -1.</summary>
    private static int UnitAt(ReadOnlySpan<byte> json, int at) =>
        at + Escape <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
        && Utf8Parser.TryParse(json.Slice(at + 2, 4), out ushort unit, out var read, 'x') && read == 4
            ? unit
            : -1;
}
