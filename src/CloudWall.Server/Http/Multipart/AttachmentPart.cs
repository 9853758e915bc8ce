using System.Buffers;
using System.Globalization;
using System.Text;

namespace CloudWall.Server.Http.Multipart;

/// <summary>An attachment as a part of a multipart/related document: the headers CouchDB gives it.</summary>
internal readonly struct AttachmentPart
{
    private readonly byte[] _headers;

    /// <summary>A part for an attachment.</summary>
    /// <param name="name">Its name. Line breaks are escaped, anything else stands as it is, quotes too: so does CouchDB.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="length">How many bytes follow: those stored.</param>
    /// <param name="gzip">Whether these are compressed.</param>
    public AttachmentPart(string name, string contentType, long length, bool gzip)
    {
        Length = length;
        _headers = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"\r\nContent-Disposition: attachment; filename=\"{OneLine(name)}\"\r\nContent-Type: {OneLine(contentType)}\r\nContent-Length: {length}{(gzip ? "\r\nContent-Encoding: gzip" : "")}\r\n\r\n"));
    }

    /// <summary>How many bytes of content follow the headers.</summary>
    public long Length { get; }

    /// <summary>How many bytes the headers have, with the line breaks around them.</summary>
    public int HeaderLength => _headers.Length;

    /// <summary>Writes the headers, with the line break after the boundary and the empty line.</summary>
    public void WriteHeaders(IBufferWriter<byte> output) => output.Write(_headers);

    private static string OneLine(string text) =>
        text.AsSpan().ContainsAny('\r', '\n', '\0')
            ? text.Replace("\r", "%0D", StringComparison.Ordinal)
                .Replace("\n", "%0A", StringComparison.Ordinal)
                .Replace("\0", "%00", StringComparison.Ordinal)
            : text;
}
