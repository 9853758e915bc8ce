using CloudWall.Documents;
using CloudWall.Node.Resources;

namespace CloudWall.Server.Http;

/// <summary>CouchDB's refusals that concern HTTP rather than documents. Each is thrown, and answered by the kernel.</summary>
internal static class HttpErrors
{
    /// <summary>404: there is no database of that name.</summary>
    public static readonly DocumentError NoDatabase = new(404, "not_found", "Database does not exist.");

    /// <summary>413: the body is larger than <c>[chttpd] max_http_request_size</c>.</summary>
    public static readonly DocumentError BodyTooLarge = MemoryErrors.BodyTooLarge;

    /// <summary>414: the target is longer than <c>[chttpd] max_uri_length</c>.</summary>
    public static readonly DocumentError TargetTooLong = new(414, "too_long", "the request uri is too long");

    /// <summary>
    /// 429: the requests that are being answered hold all the memory they may. CouchDB's replicator slows down on this status and goes on,
    /// while a few 503s in a row make it give up.
    /// </summary>
    public static readonly DocumentError NoMemory = MemoryErrors.NoMemory;

    /// <summary>429: so many feeds are open as may be, see <c>[cloudwall] max_feeds</c>.</summary>
    public static readonly DocumentError TooManyFeeds = new(429, "too_many_requests", "Too many feeds are open; try again later.");

    /// <summary>507: a write has met the end of the disk.</summary>
    public static readonly DocumentError DiskFull = new(507, "insufficient_storage", "The disk is full.");

    /// <summary>500: part of what is stored is garbled or missing. CouchDB's error of that case.</summary>
    public static readonly DocumentError Damaged =
        new(500, "file_corruption", "Part of the data is damaged or missing; the server's log says which file.");

    /// <summary>500: what is garbled or missing can be made anew.</summary>
    public static readonly DocumentError DamagedIndex =
        new(500, "file_corruption", "An index is damaged and is made anew; the server's log says more. Ask again.");

    /// <summary>500: the disk failed otherwise.</summary>
    public static readonly DocumentError DiskFailed = new(500, "io_error", "The disk failed; the server's log says how.");

    /// <summary>500: a fault of ours; the log has it, the client does not.</summary>
    public static readonly DocumentError Internal = new(500, "internal_server_error", "The server could not answer; its log says why.");

    /// <summary>400 <c>bad_request</c>.</summary>
    public static DocumentException BadRequest(string reason) => new(DocumentError.BadRequest(reason));

    /// <summary>
    /// 400: this node cannot do that yet. Not 501, which clients take for a failure that may pass, and ask again for ever.
    /// </summary>
    public static DocumentException NotYet(string reason) => new(new DocumentError(400, "not_implemented", reason));

    /// <summary>501: a transfer coding besides <c>chunked</c>. CouchDB fails on it with 500 and the same name.</summary>
    public static readonly DocumentError UnknownTransferEncoding =
        new(501, "unknown_transfer_encoding", "The only Transfer-Encoding of this node is chunked.");

    /// <summary>400: a body, or a parameter, that is not JSON.</summary>
    public static DocumentException InvalidJson() => BadRequest("invalid UTF-8 JSON");

    /// <summary>401 <c>unauthorized</c>.</summary>
    public static DocumentException Unauthorized(string reason) => new(new DocumentError(401, "unauthorized", reason));

    /// <summary>403 <c>forbidden</c>.</summary>
    public static DocumentException Forbidden(string reason) => new(new DocumentError(403, "forbidden", reason));

    /// <summary>404 <c>not_found</c>.</summary>
    public static DocumentException NotFound(string reason) => new(new DocumentError(404, "not_found", reason));

    /// <summary>415 <c>bad_content_type</c>.</summary>
    public static DocumentException BadContentType(string reason) => new(new DocumentError(415, "bad_content_type", reason));
}
