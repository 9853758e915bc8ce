using System.Globalization;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests.Checkpoints;

/// <summary>A peer that has a checkpoint and nothing else. Like CouchDB's, its local documents know no conflicts.</summary>
internal class CheckpointPeer : StubPeer
{
    public string? Boot { get; set; }

    public string StartTime { get; set; } = "1";

    public LocalDocumentState? Checkpoint { get; set; }

    /// <summary>Runs once, after the next write: throws where the answer is to be lost.</summary>
    public Action? OnWrite { get; set; }

    public PeerState State => new(new PeerServer("uuid", Boot), new PeerInfo("0", StartTime));

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => Task.FromResult(State.Server);

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) => Task.FromResult(State.Database);

    public override Task<string> EnsureFullCommitAsync(CancellationToken cancellation) => Task.FromResult(StartTime);

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) => Task.FromResult(Checkpoint);

    public override Task<string> WriteLocalAsync(string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var next = string.Create(CultureInfo.InvariantCulture, $"0-{(revision is null ? 0 : int.Parse(revision[2..], CultureInfo.InvariantCulture)) + 1}");
        Checkpoint = new LocalDocumentState(next, body);
        (OnWrite, var now) = (null, OnWrite);
        now?.Invoke();
        return Task.FromResult(next);
    }
}
