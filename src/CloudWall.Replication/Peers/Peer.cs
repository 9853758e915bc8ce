using System.Text.Json;

namespace CloudWall.Replication.Peers;

/// <summary>
/// One side of a replication: a database here, or one behind a URL. The members are the steps of CouchDB's replication protocol
/// ("CouchDB Replication Protocol" in its documentation). They throw <see cref="PeerException"/>.
/// </summary>
public abstract class Peer : IAsyncDisposable
{
    /// <summary>The database as shown to people: a URL without its password.</summary>
    public abstract string Name { get; }

    /// <summary>Documents that <c>_bulk_get</c> was asked for.</summary>
    public virtual long BulkGetAttempts => 0;

    /// <summary>Documents that <c>_bulk_get</c> gave.</summary>
    public virtual long BulkGetDocuments => 0;

    /// <summary>Finds out who the peer's server is (<c>GET /</c>).</summary>
    public abstract Task<PeerServer> ReadServerAsync(CancellationToken cancellation);

    /// <summary>Reads the code of a filter from its design document.</summary>
    /// <param name="filter">Its name, such as <c>design/name</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">There is no such filter (404).</exception>
    public abstract Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation);

    /// <summary>Finds out about the database.</summary>
    public abstract Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation);

    /// <summary>Creates the database where there is none.</summary>
    /// <param name="parameters">The query parameters, such as <c>q</c> and <c>partitioned</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public abstract Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation);

    /// <summary>Reads a local document; null where there is none.</summary>
    /// <param name="id">Its id without the <c>_local/</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public abstract Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation);

    /// <summary>Writes a local document.</summary>
    /// <param name="id">Its id without the <c>_local/</c>.</param>
    /// <param name="revision">The revision that it has; null for a new one.</param>
    /// <param name="body">The members of the document, without <c>_id</c> and <c>_rev</c>, as a JSON object.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its new revision.</returns>
    public abstract Task<string> WriteLocalAsync(string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation);

    /// <summary>Makes what was written safe.</summary>
    /// <returns>The database's <c>instance_start_time</c>.</returns>
    public abstract Task<string> EnsureFullCommitAsync(CancellationToken cancellation);

    /// <summary>Reads the next changes.</summary>
    /// <param name="since">The sequence after which to begin, as JSON.</param>
    /// <param name="limit">How many rows at most.</param>
    /// <param name="wait">Whether to wait for the next change where there is none now.</param>
    /// <param name="selection">Which changes.</param>
    /// <param name="cancellation">Gives up.</param>
    public abstract Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation);

    /// <summary>Finds out which of the leaves the target does not have.</summary>
    public abstract Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation);

    /// <summary>Reads revisions, in any order. Those that the source has not got any more are left out.</summary>
    public abstract IAsyncEnumerable<FetchedRevision> FetchAsync(IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation);

    /// <summary>Stores revisions as they are (<c>new_edits:false</c>).</summary>
    /// <returns>Those that were refused, or did not come whole of their source.</returns>
    public abstract Task<IReadOnlyList<WriteFailure>> WriteAsync(IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A text as JSON.</summary>
    internal static string Quote(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";
}
