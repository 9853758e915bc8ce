using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests.Jobs;

/// <summary>A peer without documents, that can be away.</summary>
internal sealed class IdlePeer : StubPeer
{
    private readonly Func<PeerException?> _failure;

    public IdlePeer(Func<PeerException?> failure) => _failure = failure;

    /// <summary>Called within the call that cancels a wait for changes.</summary>
    public Action? Ended { get; init; }

    /// <summary>Called when it waits for changes: from then on an end is told to <see cref="Ended"/>.</summary>
    public Action? Waits { get; init; }

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => Task.FromResult(new PeerServer(null, null));

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) => _failure() is { } failure
        ? Task.FromException<PeerInfo>(failure)
        : Task.FromResult(new PeerInfo("0", "0") { IsEmpty = true });

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) =>
        Task.FromResult<LocalDocumentState?>(null);

    public override async Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation)
    {
        if (wait)
        {
            await using var registration = cancellation.Register(() => Ended?.Invoke());
            Waits?.Invoke();
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return new PeerChanges([], "0", 0, IsEnd: true);
    }
}
