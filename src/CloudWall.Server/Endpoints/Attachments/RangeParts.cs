using System.Text;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Endpoints.Attachments;

/// <summary>Several ranges of an attachment as multipart/byteranges (RFC 9110, section 14.6).</summary>
internal sealed class RangeParts : IDisposable
{
    private readonly byte[] _boundary;
    private bool _any;

    /// <summary>Begins the answer's body. Takes over the stream.</summary>
    public RangeParts(ResponseStream stream, byte[] boundary)
    {
        Stream = stream;
        _boundary = boundary;
        stream.Buffer.Raw("--"u8).Raw(boundary);
    }

    /// <summary>Where the bytes of a range go.</summary>
    public ResponseStream Stream { get; }

    /// <summary>The content type, with a new boundary.</summary>
    public static string ContentType(out byte[] boundary)
    {
        boundary = Boundary.Create();
        return "multipart/byteranges; boundary=\"" + Encoding.ASCII.GetString(boundary) + "\"";
    }

    /// <summary>Begins a range.</summary>
    public void Begin(string contentType, string contentRange)
    {
        if (_any)
        {
            RelatedDocument.WriteBoundary(Stream.Buffer, _boundary);
        }

        _any = true;
        Stream.Buffer
            .Raw("\r\nContent-Type: "u8).Raw(Encoding.UTF8.GetBytes(HeaderText.Clean(contentType)))
            .Raw("\r\nContent-Range: "u8).Raw(Encoding.ASCII.GetBytes(contentRange))
            .Raw("\r\n\r\n"u8);
    }

    /// <summary>Ends the answer.</summary>
    public ValueTask CompleteAsync()
    {
        if (_any)
        {
            RelatedDocument.WriteBoundary(Stream.Buffer, _boundary);
        }

        RelatedDocument.WriteEnd(Stream.Buffer);
        return Stream.FlushAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => Stream.Dispose();
}
