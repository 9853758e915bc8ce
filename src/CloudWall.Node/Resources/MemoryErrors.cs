using CloudWall.Documents;

namespace CloudWall.Node.Resources;

/// <summary>Refusals of requests that need more memory than the shared budget has.</summary>
public static class MemoryErrors
{
    /// <summary>413: the request needs more than any request may have.</summary>
    public static readonly DocumentError BodyTooLarge = new(413, "too_large", "the request entity is too large");

    /// <summary>
    /// 429: current requests use the whole budget. CouchDB's replicator slows down and continues on this status, while a few 503s in a
    /// row make it give up.
    /// </summary>
    public static readonly DocumentError NoMemory =
        new(429, "too_many_requests", "Too many requests are being answered; try again later.");
}
