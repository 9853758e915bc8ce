using CloudWall.Documents;
using CloudWall.Mesh;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Sync;
using CloudWall.Replication.Peers;
using CloudWall.Simulation.Net;

namespace CloudWall.Simulation.Mesh;

/// <summary>The way to another member over the virtual network. Both ends know each other's keys, as with TLS on both sides.</summary>
/// <param name="network">The network.</param>
/// <param name="caller">Whose replications ask.</param>
/// <param name="own">Who asks.</param>
/// <param name="callee">The other member.</param>
/// <param name="skips">Whether some changes are never told.</param>
internal sealed class VirtualLink(Network network, Machine caller, MemberId own, SimulatedMember callee, bool skips) : MemberLink
{
    private static readonly PeerException NotYet = new(
        new DocumentError(503, "service_unavailable", "The member has not started yet."), isTransient: true);

    private long _lastHeard = caller.Time.GetTimestamp();

    public override MemberId Member => callee.Id;

    public override long LastHeard => _lastHeard;

    public override async Task<ChangedDatabases> ReadChangedAsync(
        string? epoch, long after, TimeSpan wait, CancellationToken cancellation)
    {
        var changed = await VirtualPeer.AskAsync(
            callee.Node.Name,
            () => network.CallAsync(
                caller, callee.Node, (_, token) => Mesh().Service.ReadChangedAsync(own, epoch, after, wait, token), cancellation),
            Heard,
            cancellation);
        return skips && epoch is not null && caller.World.Random.Next(3) == 0 ? changed with { Names = [] } : changed;
    }

    public override Task<MemberDatabase> ReadDatabaseAsync(string database, CancellationToken cancellation) => VirtualPeer.AskAsync(
        $"{callee.Node.Name}/{database}",
        () => network.CallAsync(
            caller, callee.Node, (_, token) => Mesh().Service.ReadDatabaseAsync(own, database, token), cancellation),
        Heard,
        cancellation);

    public override Peer Open(string database) => new VirtualPeer(
        network, caller, callee.Node, $"{callee.Node.Name}/{database}", _ => Mesh().Service.Open(own, database), Heard);

    private void Heard() => _lastHeard = caller.Time.GetTimestamp();

    private MeshNode Mesh() => callee.Mesh ?? throw NotYet;
}
