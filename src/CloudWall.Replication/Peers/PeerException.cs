using CloudWall.Documents;

namespace CloudWall.Replication.Peers;

/// <summary>A peer could not be reached, or answered with an error.</summary>
public sealed class PeerException : Exception
{
    /// <summary>A failure.</summary>
    /// <param name="error">What <c>_replicate</c> answers with.</param>
    /// <param name="isTransient">Whether it may pass by itself.</param>
    /// <param name="inner">What happened.</param>
    public PeerException(DocumentError error, bool isTransient, Exception? inner = null)
        : base($"{error.Error}: {error.Reason}", inner)
    {
        Error = error;
        IsTransient = isTransient;
    }

    /// <summary>What <c>_replicate</c> answers with.</summary>
    public DocumentError Error { get; }

    /// <summary>Whether it may pass by itself: no connection, a time-out, 429, 5xx.</summary>
    public bool IsTransient { get; }

    /// <summary>Whether the replication must begin anew from its checkpoints: a peer is not what it was.</summary>
    public bool MustRestart { get; init; }

    /// <summary>Whether it is the fault of one document, which must not hold up the others once it has failed for good.</summary>
    public bool IsOfDocument { get; init; }

    /// <summary>Neither the peer nor its answer is at fault: others hold the memory that it needs, and it may be there later.</summary>
    internal static PeerException NoRoom(string peer, Exception refused) => new(
        new DocumentError(
            429,
            "too_many_requests",
            $"{peer}: other requests and answers of peers hold the memory that its answer needs (`[cloudwall] request_memory`)"),
        isTransient: true,
        refused);

    /// <summary>How long the peer asked us to wait (<c>Retry-After</c>); null where it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Writes a document, again as long as it fails by a fault of its own that may pass.</summary>
    internal static async Task<T> AgainAsync<T>(Func<Task<T>> write)
    {
        while (true)
        {
            try
            {
                return await write();
            }
            catch (PeerException failure) when (failure is { IsOfDocument: true, IsTransient: true })
            {
                // Its bytes may have been garbled on their way.
            }
        }
    }
}
