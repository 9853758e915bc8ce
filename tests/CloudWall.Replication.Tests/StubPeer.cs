using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests;

/// <summary>A peer that can nothing; tests make it do what they need.</summary>
internal class StubPeer : Peer
{
    public override string Name => "peer";

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public override Task<string> EnsureFullCommitAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();

    public override Task<string> WriteLocalAsync(string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public override Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation) => throw new NotSupportedException();

    public override Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public override Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation) => throw new NotSupportedException();

    public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation) => throw new NotSupportedException();

    public override IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation) => throw new NotSupportedException();

    public override Task<IReadOnlyList<WriteFailure>> WriteAsync(
        IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation) => throw new NotSupportedException();
}
