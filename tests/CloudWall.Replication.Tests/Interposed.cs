using CloudWall.Documents;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests;

/// <summary>A peer of which some requests fail.</summary>
internal sealed class Interposed(Peer peer) : Peer
{
    /// <summary>Called before documents are written.</summary>
    public Action? Write { get; init; }

    /// <summary>Called before a local document is written.</summary>
    public Func<Task>? WriteLocal { get; init; }

    /// <summary>Called before a local document is read.</summary>
    public Action<string>? ReadLocal { get; init; }

    /// <summary>Whether a revision counts as one that its source did not send whole.</summary>
    public Func<FetchedRevision, bool> IsDamaged { get; init; } = static _ => false;

    /// <summary>Which changes it gives.</summary>
    public Func<PeerChange, bool>? Selects { get; init; }

    /// <summary>Reads changes in the peer's place: after a sequence, and waiting or not.</summary>
    public Func<string, bool, CancellationToken, Task<PeerChanges>>? ReadChanges { get; init; }

    public override string Name => peer.Name;

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => peer.ReadServerAsync(cancellation);

    public override Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation) =>
        peer.ReadFilterCodeAsync(filter, cancellation);

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) => peer.ReadInfoAsync(cancellation);

    public override Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation) =>
        peer.CreateAsync(parameters, cancellation);

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation)
    {
        ReadLocal?.Invoke(id);
        return peer.ReadLocalAsync(id, cancellation);
    }

    public override async Task<string> WriteLocalAsync(
        string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        await (WriteLocal?.Invoke() ?? Task.CompletedTask);
        return await peer.WriteLocalAsync(id, revision, body, cancellation);
    }

    public override Task<string> EnsureFullCommitAsync(CancellationToken cancellation) => peer.EnsureFullCommitAsync(cancellation);

    public override async Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation)
    {
        if (ReadChanges is not null)
        {
            return await ReadChanges(since, wait, cancellation);
        }

        var page = await peer.ReadChangesAsync(since, limit, wait, Selects is null ? selection : new ChangesSelection(), cancellation);
        return Selects is null ? page : page with { Rows = [.. page.Rows.Where(Selects)] };
    }

    public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation) => peer.FindMissingAsync(changes, cancellation);

    public override IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation) => peer.FetchAsync(missing, cancellation);

    public override async Task<IReadOnlyList<WriteFailure>> WriteAsync(
        IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation)
    {
        Write?.Invoke();
        var damaged = revisions.Where(IsDamaged).ToList();
        var failures = await peer.WriteAsync([.. revisions.Except(damaged)], cancellation);
        var error = new DocumentError(500, "attachment_mismatch", "other bytes");
        return [.. failures, .. damaged.Select(revision => WriteFailure.NotSent(revision, error))];
    }
}
