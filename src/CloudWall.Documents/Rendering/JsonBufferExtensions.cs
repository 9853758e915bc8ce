using System.Buffers;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Sequences;

namespace CloudWall.Documents.Rendering;

/// <summary>Appends the parts of rows as UTF-8, without intermediate strings.</summary>
public static class JsonBufferExtensions
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>Appends a quoted UTF-8 text with CouchDB's escaping.</summary>
    public static JsonBuffer Utf8Text(this JsonBuffer buffer, ReadOnlySpan<byte> utf8)
    {
        buffer.Raw("\""u8);
        while (true)
        {
            var at = utf8.IndexOfAny(Escaped);
            if (at < 0)
            {
                return buffer.Raw(utf8).Raw("\""u8);
            }

            Escape(buffer.Raw(utf8[..at]), utf8[at]);
            utf8 = utf8[(at + 1)..];
        }
    }

    /// <summary>Appends a quoted revision.</summary>
    public static JsonBuffer Revision(this JsonBuffer buffer, RevisionId revision)
    {
        if (revision.HashLength != 16)
        {
            return buffer.Text(revision.ToString());
        }

        var span = buffer.GetSpan(revision.MaxFormattedLength + 2);
        span[0] = (byte)'"';
        var length = revision.Format(span[1..]);
        span[length + 1] = (byte)'"';
        buffer.Advance(length + 2);
        return buffer;
    }

    /// <summary>Appends an array of revisions.</summary>
    public static JsonBuffer Revisions(this JsonBuffer buffer, IEnumerable<RevisionId> revisions)
    {
        var separator = ""u8;
        buffer.Raw("["u8);
        foreach (var revision in revisions)
        {
            buffer.Raw(separator).Revision(revision);
            separator = ","u8;
        }

        return buffer.Raw("]"u8);
    }

    /// <summary>Appends a sequence's quoted token.</summary>
    public static JsonBuffer Sequence(this JsonBuffer buffer, SequenceTokens tokens, long sequence)
    {
        var span = buffer.GetSpan(SequenceTokens.MaxLength + 2);
        span[0] = (byte)'"';
        var length = tokens.Format(sequence, span[1..]);
        span[length + 1] = (byte)'"';
        buffer.Advance(length + 2);
        return buffer;
    }

    /// <summary>Appends <c>"error":…,"reason":…</c>.</summary>
    public static JsonBuffer Failure(this JsonBuffer buffer, DocumentError error)
    {
        buffer.Raw("\"error\":"u8).Text(error.Error).Raw(",\"reason\":"u8);
        return error.ReasonJson.IsEmpty ? buffer.Text(error.Reason) : buffer.Raw(error.ReasonJson.Span);
    }

    private static void Escape(JsonBuffer buffer, byte value)
    {
        _ = value switch
        {
            (byte)'"' => buffer.Raw("\\\""u8),
            (byte)'\\' => buffer.Raw("\\\\"u8),
            (byte)'\b' => buffer.Raw("\\b"u8),
            (byte)'\f' => buffer.Raw("\\f"u8),
            (byte)'\n' => buffer.Raw("\\n"u8),
            (byte)'\r' => buffer.Raw("\\r"u8),
            (byte)'\t' => buffer.Raw("\\t"u8),
            _ => buffer.Raw("\\u00"u8).Raw([(byte)('0' + (value >> 4)), "0123456789ABCDEF"u8[value & 15]]),
        };
    }
}
