using System.IO.Compression;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>The bytes of an attachment of a remote database, as they are stored there, checked against its digest and length.</summary>
internal static class RemoteAttachment
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Begins to read an attachment.</summary>
    public static async Task<FetchedContent> OpenAsync(
        PeerHttp http, string id, RevisionId revision, FetchedAttachment attachment, CancellationToken cancellation)
    {
        var request = new PeerRequest(
            HttpMethod.Get,
            RemotePath.Attachment(id, attachment.Name) + "?rev=" + Uri.EscapeDataString(revision.ToString()))
        {
            Accept = "*/*",
            AcceptEncoding = attachment.Encoding == ContentEncoding.Gzip ? "gzip" : "identity",
            Expects = status => status == HttpStatusCode.NotFound,
        };
        var answer = await http.OpenAsync(request, cancellation);
        try
        {
            if (!answer.IsSuccess)
            {
                // It was there a moment ago: the revision is gone meanwhile, and whoever asks anew learns of that.
                throw Failure($"the attachment `{attachment.Name}` of `{id}` at {revision} is missing");
            }

            var arrives = EncodingOf(http, answer);
            var body = await answer.OpenAsync(cancellation);
            if (arrives == ContentEncoding.Gzip && attachment.Encoding == ContentEncoding.Identity)
            {
                // Something on the way compresses what is not stored so.
                body = new GZipStream(body, CompressionMode.Decompress);
                arrives = ContentEncoding.Identity;
            }

            return new FetchedContent(arrives, ReadAsync(http, body, arrives, attachment, cancellation), answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }

        PeerException Failure(string what) =>
            new(new DocumentError(500, "attachment_missing", $"{http.Address}: {what}"), isTransient: true);
    }

    private static ContentEncoding EncodingOf(PeerHttp http, PeerAnswer answer)
    {
        var encodings = answer.Response.Content.Headers.ContentEncoding;
        return encodings.Count == 0 || (encodings.Count == 1 && encodings.Contains("identity")) ? ContentEncoding.Identity
            : encodings.Count == 1 && (encodings.Contains("gzip") || encodings.Contains("x-gzip")) ? ContentEncoding.Gzip
            : throw new PeerException(
                new DocumentError(500, "http_request_failed", http.Redaction.Clean($"unknown encoding {string.Join(',', encodings)}")),
                isTransient: true);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        PeerHttp http,
        Stream body,
        ContentEncoding arrives,
        FetchedAttachment attachment,
        CancellationToken opened,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var owned = body;

        // The digest is that of the stored bytes; where the peer could not send those, the length must do.
        var isStoredForm = arrives == attachment.Encoding;
        using var md5 = isStoredForm && attachment.Digest?.StartsWith("md5-", StringComparison.Ordinal) == true
            ? IncrementalHash.CreateHash(HashAlgorithmName.MD5)
            : null;
        var expected = isStoredForm ? attachment.StoredLength : attachment.Length;
        var token = cancellation.CanBeCanceled ? cancellation : opened;
        var buffer = SharedArrays.Rent<byte>(BufferSize);
        var length = 0L;
        try
        {
            int read;
            while ((read = await FillAsync(http, body, buffer, token)) > 0)
            {
                length += read;
                if (expected >= 0 && length > expected)
                {
                    break;
                }

                md5?.AppendData(buffer, 0, read);
                yield return buffer.AsMemory(0, read);
            }
        }
        finally
        {
            SharedArrays.Return(buffer);
        }

        if (expected >= 0 && length != expected)
        {
            throw Mismatch(http, attachment, $"has {length} bytes or more in place of {expected}");
        }

        if (md5 is not null && attachment.Digest != "md5-" + Convert.ToBase64String(md5.GetHashAndReset()))
        {
            throw Mismatch(http, attachment, "does not have the bytes that its digest says");
        }
    }

    private static async ValueTask<int> FillAsync(PeerHttp http, Stream body, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation);
        }
        catch (Exception failure) when (PeerFailures.IsOfPeer(failure))
        {
            throw http.Unreachable(failure);
        }
    }

    private static PeerException Mismatch(PeerHttp http, FetchedAttachment attachment, string what) => new(
        new DocumentError(500, "attachment_mismatch", $"{http.Address}: the attachment `{attachment.Name}` {what}"), isTransient: true);
}
