using System.Buffers;

namespace CloudWall.Server.Http.Multipart;

/// <summary>
/// A document with its attachments as multipart/related, byte for byte as CouchDB frames it: the JSON, then each attachment,
/// no line break after the last boundary. Without attachments it is the JSON alone.
/// </summary>
internal static class RelatedDocument
{
    /// <summary><c>Content-Type</c> of a document with attachments.</summary>
    public static string ContentType(ReadOnlySpan<byte> boundary) =>
        "multipart/related; boundary=\"" + System.Text.Encoding.ASCII.GetString(boundary) + "\"";

    /// <summary>How many bytes the whole has.</summary>
    public static long Length(ReadOnlySpan<byte> boundary, long json, IReadOnlyList<AttachmentPart> attachments)
    {
        if (attachments.Count == 0)
        {
            return json;
        }

        var length = 2 + boundary.Length + JsonHeaders.Length + json + 4 + boundary.Length + 2;
        foreach (var attachment in attachments)
        {
            length += attachment.HeaderLength + attachment.Length + 4 + boundary.Length;
        }

        return length;
    }

    /// <summary>What comes before the JSON.</summary>
    public static void WriteStart(IBufferWriter<byte> output, ReadOnlySpan<byte> boundary)
    {
        output.Write("--"u8);
        output.Write(boundary);
        output.Write(JsonHeaders);
    }

    /// <summary>What comes after the JSON, and after each attachment's bytes.</summary>
    public static void WriteBoundary(IBufferWriter<byte> output, ReadOnlySpan<byte> boundary)
    {
        output.Write("\r\n--"u8);
        output.Write(boundary);
    }

    /// <summary>What comes after the last boundary.</summary>
    public static void WriteEnd(IBufferWriter<byte> output) => output.Write("--"u8);

    private static ReadOnlySpan<byte> JsonHeaders => "\r\nContent-Type: application/json\r\n\r\n"u8;
}
