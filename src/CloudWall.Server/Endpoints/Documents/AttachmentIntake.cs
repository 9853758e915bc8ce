using System.IO.Compression;
using System.Security.Cryptography;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Multipart;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Takes in the attachments of a document that is to be written, before it is.</summary>
internal static class AttachmentIntake
{
    /// <summary>What taking in content takes: a chunk, and what the compressor needs.</summary>
    public const long UploadMemory = 384 << 10;

    /// <summary>Content up to so many bytes is kept in memory until it is written, as long as the request holds little.</summary>
    private const long SmallContent = 128 << 10;

    /// <summary>A request that holds so much puts all content into the store at once; of a node with little memory it is less.</summary>
    private const long MostInMemory = 4 << 20;

    /// <summary>Which part of what one request may hold at most is still little.</summary>
    private const int LittleOf = 8;

    private const long SmallOverhead = 512;

    private const int PieceLength = 64 << 10;

    /// <summary>
    /// Stages the attachments: data in the JSON, stubs, and what follows in further parts of the request, in their order.
    /// </summary>
    /// <param name="exchange">The request.</param>
    /// <param name="attachments">The attachments.</param>
    /// <param name="parts">The request's body, its first part read; null where it has only the JSON.</param>
    /// <param name="received">What was received while the document came in; null for nothing.</param>
    /// <param name="mode">
    /// Edits, or replicated revisions: what cannot be unpacked though it is said to be gzip is refused in the former, and in the latter
    /// kept as the bytes that it is, because the revision exists elsewhere already.
    /// </param>
    /// <returns>The attachments; each that has content must be disposed of after the write.</returns>
    /// <exception cref="DocumentException">400: a part is missing or not what was announced. 413: one is too large.</exception>
    public static async ValueTask<IReadOnlyList<AttachmentWrite>> TakeAsync(
        Exchange exchange,
        IReadOnlyList<ParsedAttachment> attachments,
        MultipartReader? parts,
        ReceivedContents? received,
        WriteMode mode = WriteMode.Interactive)
    {
        if (attachments.Count == 0)
        {
            return [];
        }

        var staged = new List<AttachmentWrite>(attachments.Count);
        try
        {
            foreach (var attachment in attachments)
            {
                staged.Add(new AttachmentWrite(
                    attachment.Name,
                    attachment.ContentType,
                    await TakeContentAsync(exchange, attachment, parts, received, mode),
                    attachment.RevisionPosition,
                    attachment.Digest));
            }

            return staged;
        }
        catch
        {
            Drop(staged);
            throw;
        }
    }

    /// <summary>Takes in the bytes of a source as the content of an attachment.</summary>
    /// <param name="exchange">The request, which pays for the memory.</param>
    /// <param name="name">The attachment's name, for errors.</param>
    /// <param name="upload">Where to.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="length">How many bytes there must be; null where that was not said.</param>
    /// <param name="digest">What must come out; null for anything.</param>
    public static async ValueTask<StoredContent> ReceiveAsync(
        Exchange exchange,
        string name,
        AttachmentUpload upload,
        IByteSource source,
        long? length,
        string? digest)
    {
        var cancellation = exchange.Aborted;
        await exchange.ReserveAsync(UploadMemory);
        using var md5 = digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (var piece = await source.ReadAsync(cancellation); !piece.IsEmpty; piece = await source.ReadAsync(cancellation))
        {
            if (upload.Received + piece.Length > length)
            {
                throw new DocumentException("attachment longer than expected");
            }

            md5?.AppendData(piece.Span);
            await WriteAsync(upload, name, piece, cancellation);
        }

        if (upload.Received < length)
        {
            throw new DocumentException("attachment shorter than expected");
        }

        if (md5 is not null && digest != "md5-" + Convert.ToBase64String(md5.GetHashAndReset()))
        {
            throw new DocumentException(new DocumentError(400, "md5_mismatch", "The digest of attachment " + name + " is not that of its content"));
        }

        var content = await CompleteAsync(exchange.Memory, upload, cancellation);
        exchange.Memory.Free(UploadMemory);
        return content;
    }

    /// <summary>
    /// Ends the content of an attachment. Small content stays in memory until it is written, but not where the request holds much already:
    /// there may be any number of attachments.
    /// </summary>
    /// <param name="memory">The request's share of the memory, which pays for it.</param>
    /// <param name="upload">The content, all of which has come.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async ValueTask<StoredContent> CompleteAsync(MemoryShare memory, AttachmentUpload upload, CancellationToken cancellation)
    {
        upload.StoresAtOnce = memory.Used >= Math.Min(MostInMemory, memory.Largest / LittleOf);
        await memory.ReserveAsync(SmallOverhead + (upload.StoresAtOnce ? 0 : Math.Min(upload.Received, SmallContent)), cancellation);
        return await upload.CompleteAsync(cancellation);
    }

    /// <summary>Takes in bytes, with CouchDB's error where they are too many.</summary>
    public static async ValueTask WriteAsync(AttachmentUpload upload, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await upload.WriteAsync(bytes, cancellation);
        }
        catch (DocumentException refused) when (refused.Error is { Status: 413, Error: "attachment_too_large" })
        {
            throw new DocumentException(refused.Error with { Reason = name });
        }
    }

    /// <summary>Refuses, and drops, content that came as gzip and cannot be unpacked.</summary>
    /// <param name="name">The attachment's name.</param>
    /// <param name="encoding">How the content came.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="DocumentException">400.</exception>
    public static void RequireSound(string name, ContentEncoding encoding, StoredContent content)
    {
        if (encoding == ContentEncoding.Gzip && content.Encoding != ContentEncoding.Gzip)
        {
            content.Dispose();
            throw new DocumentException(AttachmentData.NotGzip(name, 400, "bad_request"));
        }
    }

    /// <summary>Drops what was staged of attachments that will not be written.</summary>
    public static void Drop(IReadOnlyList<AttachmentWrite> staged)
    {
        foreach (var attachment in staged)
        {
            attachment.Content?.Dispose();
        }
    }

    private static async ValueTask<StoredContent?> TakeContentAsync(
        Exchange exchange, ParsedAttachment attachment, MultipartReader? parts, ReceivedContents? received, WriteMode mode)
    {
        var database = exchange.Database;
        var cancellation = exchange.Aborted;
        if (attachment.Stub)
        {
            return null;
        }

        if (attachment.Received is { } number)
        {
            return await TakeReceivedAsync(exchange, attachment, received!.Take(number));
        }

        if (attachment.Data is { } data)
        {
            await using var inline = database.BeginUpload(attachment.ContentType);
            await WriteAsync(inline, attachment.Name, data, cancellation);
            return await inline.CompleteAsync(cancellation);
        }

        if (parts is null || await parts.ReadPartAsync(cancellation) is null)
        {
            throw new DocumentException("The content of attachment " + attachment.Name + " does not follow");
        }

        var encoding = attachment.Encoding == "gzip" ? ContentEncoding.Gzip : ContentEncoding.Identity;
        await using var upload = database.BeginUpload(
            attachment.ContentType, encoding, encoding == ContentEncoding.Gzip ? attachment.Length : null);
        var digest = attachment.Digest is { } text && text.StartsWith("md5-", StringComparison.Ordinal) ? text : null;
        var content = await ReceiveAsync(exchange, attachment.Name, upload, parts, attachment.EncodedLength, digest);
        if (mode == WriteMode.Interactive)
        {
            RequireSound(attachment.Name, encoding, content);
        }

        return content;
    }

    /// <summary>
    /// Takes over what was received while the document came in. Its type may have stood behind its bytes: it is stored anew where that says
    /// otherwise whether they are compressed.
    /// </summary>
    private static async ValueTask<StoredContent> TakeReceivedAsync(Exchange exchange, ParsedAttachment attachment, StoredContent content)
    {
        var database = exchange.Database;
        var isPacked = content.Encoding == ContentEncoding.Gzip;
        if (isPacked == database.Compresses(attachment.ContentType))
        {
            return content;
        }

        using (content)
        {
            await exchange.ReserveAsync(UploadMemory);
            await using var upload = database.BeginUpload(attachment.ContentType);
            await using Stream stored = new ContentStream(database.ReadContentAsync(content, exchange.Aborted));
            await using var bytes = isPacked ? new GZipStream(stored, CompressionMode.Decompress) : stored;
            var piece = SharedArrays.Rent<byte>(PieceLength);
            for (int read; (read = await bytes.ReadAsync(piece, exchange.Aborted)) > 0;)
            {
                await WriteAsync(upload, attachment.Name, piece.AsMemory(0, read), exchange.Aborted);
            }

            SharedArrays.Return(piece);
            var anew = await CompleteAsync(exchange.Memory, upload, exchange.Aborted);
            exchange.Memory.Free(UploadMemory);
            return anew;
        }
    }
}
