using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// A document and its attachments as <c>multipart/related</c> (RFC 2387; "Multiple attachments" in CouchDB's documentation of
/// documents), in the order of the document. Each attachment is read from its source when it is its turn.
/// </summary>
internal sealed class MultipartDocument : HttpContent
{
    private readonly byte[] _document;
    private readonly IReadOnlyList<FetchedAttachment> _attachments;
    private readonly byte[][] _heads;
    private readonly byte[] _end;
    private readonly bool _unpacked;
    private readonly CancellationToken _cancellation;

    /// <summary>A body.</summary>
    /// <param name="document">The document as JSON.</param>
    /// <param name="attachments">Those of its attachments that follow.</param>
    /// <param name="boundary">What none of them has in it.</param>
    /// <param name="unpacked">Whether attachments that are stored compressed are sent as they were before.</param>
    /// <param name="cancellation">Gives up reading them.</param>
    public MultipartDocument(
        byte[] document, IReadOnlyList<FetchedAttachment> attachments, string boundary, bool unpacked, CancellationToken cancellation)
    {
        _document = document;
        _attachments = attachments;
        _unpacked = unpacked;
        _cancellation = cancellation;
        _heads = new byte[attachments.Count + 1][];
        _heads[0] = Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Type: application/json\r\n\r\n");
        for (var i = 0; i < attachments.Count; i++)
        {
            _heads[i + 1] = Head(attachments[i], boundary, LengthOf(attachments[i]), !unpacked);
        }

        _end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--");
        Headers.ContentType = new MediaTypeHeaderValue("multipart/related") { Parameters = { new NameValueHeaderValue("boundary", $"\"{boundary}\"") } };
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_heads[0], cancellationToken);
        await stream.WriteAsync(_document, cancellationToken);
        for (var i = 0; i < _attachments.Count; i++)
        {
            await stream.WriteAsync(_heads[i + 1], cancellationToken);
            await CopyAsync(_attachments[i], stream, cancellationToken);
        }

        await stream.WriteAsync(_end, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _document.Length + _end.Length + _heads.Sum(static head => (long)head.Length);
        foreach (var attachment in _attachments)
        {
            var part = LengthOf(attachment);
            if (part < 0)
            {
                length = -1;
                return false;
            }

            length += part;
        }

        return true;
    }

    private long LengthOf(FetchedAttachment attachment) => _unpacked ? attachment.Length : attachment.StoredLength;

    private static byte[] Head(FetchedAttachment attachment, string boundary, long length, bool mayBePacked)
    {
        // CouchDB goes by the order; others go by the name.
        var head = new StringBuilder("\r\n--").Append(boundary)
            .Append("\r\nContent-Disposition: attachment; filename=\"").Append(Escape(attachment.Name)).Append('"');
        if (IsPlain(attachment.ContentType))
        {
            head.Append("\r\nContent-Type: ").Append(attachment.ContentType);
        }

        if (length >= 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"\r\nContent-Length: {length}");
        }

        if (mayBePacked && attachment.Encoding == ContentEncoding.Gzip)
        {
            head.Append("\r\nContent-Encoding: gzip");
        }

        return Encoding.UTF8.GetBytes(head.Append("\r\n\r\n").ToString());
    }

    /// <summary>What else it may be stands in the document, where anything can.</summary>
    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>
    /// A name in quotes, as browsers write those of files ("multipart/form-data encoding algorithm" of the HTML standard).
    /// </summary>
    private static string Escape(string name)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (var each in name)
        {
            _ = each == '"' ? escaped.Append("%22") : escaped.Append(char.IsControl(each) ? ' ' : each);
        }

        return escaped.ToString();
    }

    private async Task CopyAsync(FetchedAttachment attachment, Stream stream, CancellationToken cancellationToken)
    {
        await using var content = await attachment.OpenAsync(_cancellation);
        if (content.Encoding != attachment.Encoding)
        {
            throw new PeerException(
                new DocumentError(500, "attachment_mismatch", $"the attachment `{attachment.Name}` did not come in the form in which it is stored"),
                isTransient: true);
        }

        if (_unpacked && content.Encoding == ContentEncoding.Gzip)
        {
            await using var unpacked = new GZipStream(new ContentStream(content.Bytes), CompressionMode.Decompress);
            await unpacked.CopyToAsync(stream, cancellationToken);
            return;
        }

        await foreach (var bytes in content.Bytes.WithCancellation(cancellationToken))
        {
            await stream.WriteAsync(bytes, cancellationToken);
        }
    }
}
