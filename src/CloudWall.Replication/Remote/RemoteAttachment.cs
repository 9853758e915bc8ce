using System.IO.Compression;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Multipart;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// The bytes of an attachment of a remote database, as they are stored there, checked against its digest and length. They are asked for
/// alone. Where no URL leads to them, as with an attachment without a name, they are read out of the whole document, as CouchDB does with
/// all.
/// </summary>
/// <param name="http">Where from.</param>
/// <param name="id">The document.</param>
/// <param name="revision">Its revision.</param>
/// <param name="attachment">The attachment.</param>
/// <param name="position">Which attachment of the document it is.</param>
internal sealed class RemoteAttachment(PeerHttp http, string id, RevisionId revision, FetchedAttachment attachment, int position)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>
    /// How often other bytes may come than the document says before the document is postponed: the first half of them alone, the others
    /// with the document. They may have been garbled on their way.
    /// </summary>
    private const int MaxFaults = 4;

    private int _faults = attachment.Name.Length == 0 ? MaxFaults / 2 : 0;

    /// <summary>Begins to read it.</summary>
    public async Task<FetchedContent> OpenAsync(CancellationToken cancellation) =>
        (Volatile.Read(ref _faults) < MaxFaults / 2 ? await OpenAloneAsync(cancellation) : null) ?? await OpenWithDocumentAsync(cancellation);

    /// <summary>What is answered where no URL can lead to an attachment.</summary>
    private static bool IsNoWay(HttpStatusCode status) => status
        is HttpStatusCode.BadRequest
        or HttpStatusCode.NotFound
        or HttpStatusCode.MethodNotAllowed
        or HttpStatusCode.RequestUriTooLong
        or HttpStatusCode.RequestHeaderFieldsTooLarge;

    /// <returns>Null where it cannot be had alone.</returns>
    private async Task<FetchedContent?> OpenAloneAsync(CancellationToken cancellation)
    {
        var request = new PeerRequest(HttpMethod.Get, RemotePath.Attachment(id, attachment.Name) + "?rev=" + Revision)
        {
            Accept = "*/*",
            AcceptEncoding = attachment.Encoding == ContentEncoding.Gzip ? "gzip" : "identity",
            Expects = IsNoWay,
        };
        var answer = await http.OpenAsync(request, cancellation);
        try
        {
            if (!answer.IsSuccess)
            {
                answer.Dispose();
                return null;
            }

            var arrives = EncodingOf(answer);
            var body = await answer.OpenAsync(cancellation);
            if (arrives == ContentEncoding.Gzip && attachment.Encoding == ContentEncoding.Identity)
            {
                // Something on the way compresses what is not stored so.
                body = new GZipStream(body, CompressionMode.Decompress);
                arrives = ContentEncoding.Identity;
            }

            var source = new StreamByteSource(body);
            return new FetchedContent(arrives, ReadAsync(source, source, arrives, cancellation), answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task<FetchedContent> OpenWithDocumentAsync(CancellationToken cancellation)
    {
        var request = new PeerRequest(
            HttpMethod.Get, $"{RemotePath.Document(id)}?attachments=true&att_encoding_info=true&rev={Revision}")
        {
            Accept = "multipart/related",
            Expects = IsNoWay,
        };
        var answer = await http.OpenAsync(request, cancellation);
        try
        {
            if (answer.Status == HttpStatusCode.NotFound)
            {
                // It was there a moment ago: the revision is gone meanwhile, and whoever asks anew learns of that.
                throw new PeerException(
                    new DocumentError(500, "attachment_missing", $"{http.Address}: the attachment `{attachment.Name}` of `{id}` at {revision} is missing"),
                    isTransient: true);
            }

            var type = answer.Response.Content.Headers.ContentType;
            var boundary = type?.Parameters.FirstOrDefault(static each => each.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value;
            if (!answer.IsSuccess || type?.MediaType is not "multipart/related" || string.IsNullOrEmpty(boundary))
            {
                throw Fault("cannot be had, neither alone nor with its document");
            }

            var source = new StreamByteSource(await answer.OpenAsync(cancellation));
            var parts = new MultipartReader(source, Encoding.UTF8.GetBytes(boundary.Trim('"')));
            MultipartPart? part = null;
            try
            {
                // All attachments follow the document, in its order.
                for (var i = -2; i < position; i++)
                {
                    part = await parts.ReadPartAsync(cancellation) ?? throw Fault("does not come with its document");
                }
            }
            catch (Exception failure) when (PeerFailures.IsOfPeer(failure) || failure is DocumentException)
            {
                throw http.Unreachable(failure);
            }

            var arrives = part!.Find("content-encoding") == "gzip" ? ContentEncoding.Gzip : ContentEncoding.Identity;
            return new FetchedContent(arrives, ReadAsync(parts, source, arrives, cancellation), answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private string Revision => Uri.EscapeDataString(revision.ToString());

    private ContentEncoding EncodingOf(PeerAnswer answer)
    {
        var encodings = answer.Response.Content.Headers.ContentEncoding;
        return encodings.Count == 0 || (encodings.Count == 1 && encodings.Contains("identity")) ? ContentEncoding.Identity
            : encodings.Count == 1 && (encodings.Contains("gzip") || encodings.Contains("x-gzip")) ? ContentEncoding.Gzip
            : throw new PeerException(
                new DocumentError(500, "http_request_failed", http.Redaction.Clean($"unknown encoding {string.Join(',', encodings)}")),
                isTransient: true);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        IByteSource source,
        StreamByteSource owned,
        ContentEncoding arrives,
        CancellationToken opened,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var ending = owned;

        // The digest is that of the stored bytes; where the peer could not send those, the length must do.
        var isStoredForm = arrives == attachment.Encoding;
        using var md5 = isStoredForm && attachment.Digest?.StartsWith("md5-", StringComparison.Ordinal) == true
            ? IncrementalHash.CreateHash(HashAlgorithmName.MD5)
            : null;
        var expected = isStoredForm ? attachment.StoredLength : attachment.Length;
        var token = cancellation.CanBeCanceled ? cancellation : opened;
        var length = 0L;
        while (true)
        {
            var bytes = await NextAsync(source, token);
            length += bytes.Length;
            if (bytes.IsEmpty || (expected >= 0 && length > expected))
            {
                break;
            }

            md5?.AppendData(bytes.Span);
            yield return bytes;
        }

        if (expected >= 0 && length != expected)
        {
            throw Fault($"has {length} bytes or more in place of {expected}");
        }

        if (md5 is not null && attachment.Digest != "md5-" + Convert.ToBase64String(md5.GetHashAndReset()))
        {
            throw Fault("does not have the bytes that its digest says");
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> NextAsync(IByteSource source, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(cancellation);
        }
        catch (Exception failure) when (PeerFailures.IsOfPeer(failure) || failure is DocumentException)
        {
            throw http.Unreachable(failure);
        }
    }

    private PeerException Fault(string what) => new(
        new DocumentError(500, "attachment_mismatch", $"{http.Address}: the attachment `{attachment.Name}` {what}"),
        isTransient: Interlocked.Increment(ref _faults) < MaxFaults)
    {
        IsOfDocument = true,
    };

    /// <summary>The bytes of a stream.</summary>
    private sealed class StreamByteSource(Stream stream) : IByteSource, IDisposable
    {
        private byte[]? _buffer;

        public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
        {
            _buffer ??= SharedArrays.Rent<byte>(BufferSize);
            return _buffer.AsMemory(0, await stream.ReadAsync(_buffer, cancellation));
        }

        public void Dispose()
        {
            stream.Dispose();
            if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            {
                SharedArrays.Return(buffer);
            }
        }
    }
}
