using System.Net;

namespace CloudWall.Replication.Remote;

/// <summary>A request to a remote database.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below the database, with its query, encoded; empty for the database itself.</param>
internal sealed record PeerRequest(HttpMethod Method, string Path)
{
    /// <summary>Makes the body anew for each attempt; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>What is wanted.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>In which encodings it is wanted; null where that is left to the peer.</summary>
    public string? AcceptEncoding { get; init; }

    /// <summary>Whether it is made again where it fails in a way that may pass.</summary>
    public bool MayRepeat { get; init; } = true;

    /// <summary>Whether the path is below the node and not below the database.</summary>
    public bool IsToServer { get; init; }

    /// <summary>Whether the peer is asked before the body is sent, so that a refusal does not cost the body.</summary>
    public bool AsksFirst { get; init; }

    /// <summary>Which answers other than those of 200 to 299 are handed back and are no failures.</summary>
    public Predicate<HttpStatusCode> Expects { get; init; } = static _ => false;
}
