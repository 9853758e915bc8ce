using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests;

/// <summary>A peer of which some requests fail.</summary>
internal sealed class Interposed(Peer peer) : Peer
{
    /// <summary>Called before documents are written.</summary>
    public Action? Write { get; init; }

    /// <summary>Called before a local document is written.</summary>
    public Action? WriteLocal { get; init; }

    /// <summary>Reads changes in the peer's place: after a sequence, and waiting or not.</summary>
    public Func<string, bool, CancellationToken, Task<PeerChanges>>? ReadChanges { get; init; }

    public override string Name => peer.Name;

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => peer.ReadServerAsync(cancellation);

    public override Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation) =>
        peer.ReadFilterCodeAsync(filter, cancellation);

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) => peer.ReadInfoAsync(cancellation);

    public override Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation) =>
        peer.CreateAsync(parameters, cancellation);

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) => peer.ReadLocalAsync(id, cancellation);

    public override Task<string> WriteLocalAsync(string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        WriteLocal?.Invoke();
        return peer.WriteLocalAsync(id, revision, body, cancellation);
    }

    public override Task<string> EnsureFullCommitAsync(CancellationToken cancellation) => peer.EnsureFullCommitAsync(cancellation);

    public override Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation) =>
        ReadChanges?.Invoke(since, wait, cancellation) ?? peer.ReadChangesAsync(since, limit, wait, selection, cancellation);

    public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation) => peer.FindMissingAsync(changes, cancellation);

    public override IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation) => peer.FetchAsync(missing, cancellation);

    public override Task<IReadOnlyList<WriteFailure>> WriteAsync(IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation)
    {
        Write?.Invoke();
        return peer.WriteAsync(revisions, cancellation);
    }
}
