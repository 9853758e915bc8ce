using CloudWall.Documents;

namespace CloudWall.Node.Resources;

/// <summary>What those are told who ask for more than is left of the memory that requests share.</summary>
public static class MemoryErrors
{
    /// <summary>413: no request may ever have so much.</summary>
    public static readonly DocumentError BodyTooLarge = new(413, "too_large", "the request entity is too large");

    /// <summary>
    /// 429: the requests that are being answered hold all the memory they may. CouchDB's replicator slows down on this status and goes on,
    /// while a few 503s in a row make it give up.
    /// </summary>
    public static readonly DocumentError NoMemory =
        new(429, "too_many_requests", "Too many requests are being answered; try again later.");
}
