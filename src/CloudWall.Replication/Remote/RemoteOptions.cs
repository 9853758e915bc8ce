using CloudWall.Documents.Admission;

namespace CloudWall.Replication.Remote;

/// <summary>
/// How a remote peer is talked to: CouchDB's settings of a replication ("Replicator" in its documentation of the configuration).
/// </summary>
public sealed record RemoteOptions
{
    /// <summary>What is so where nothing else is said.</summary>
    public static readonly RemoteOptions Default = new();

    /// <summary><c>http_connections</c>: how many connections at most, 3 or more.</summary>
    public int Connections { get; init; } = 20;

    /// <summary><c>connection_timeout</c>: how long a peer may be silent. A transfer that flows may last as long as it likes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>retries_per_request</c>.</summary>
    public int Retries { get; init; } = 5;

    /// <summary><c>use_bulk_get</c>.</summary>
    public bool UseBulkGet { get; init; } = true;

    /// <summary>How long a request waits before it is made again, the first time; it doubles each time.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a request waits at most before it is made again. A peer that asks for more has failed.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes of documents are sent at once (<c>_bulk_docs</c>); a larger document goes alone.</summary>
    public int BatchBytes { get; init; } = 1 << 20;

    /// <summary>The most bytes that one document or row in an answer may have.</summary>
    public int MaxElementBytes { get; init; } = 64 << 20;

    /// <summary>What answers, and requests of clients, share for what they hold; null where nothing is counted.</summary>
    public SharedMemory? Memory { get; init; }

    /// <summary>The proxy on the way, with its credentials; null for none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>How often a peer that is waited for gives a sign of life: a third of the time it may be silent.</summary>
    internal TimeSpan Heartbeat => TimeSpan.FromMilliseconds(Math.Max(1000, Timeout.TotalMilliseconds / 3));
}
