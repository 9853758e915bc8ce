using CloudWall.Mesh.Identity;
using CloudWall.Replication.Peers;

namespace CloudWall.Mesh.Sync;

/// <summary>The way to another member. It fails with <see cref="PeerException"/> where the member is out of reach or refuses.</summary>
public abstract class MemberLink
{
    /// <summary>The member.</summary>
    public abstract MemberId Member { get; }

    /// <summary>When something last came from the member, by the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public abstract long LastHeard { get; }

    /// <summary>Reads which of its databases have changed: one feed for all of them.</summary>
    /// <param name="epoch">The epoch of the last answer; null for none.</param>
    /// <param name="after">The sequence of the last answer.</param>
    /// <param name="wait">For how long the member waits until one has changed; then it says that none has.</param>
    /// <param name="cancellation">Gives up.</param>
    public abstract Task<ChangedDatabases> ReadChangedAsync(string? epoch, long after, TimeSpan wait, CancellationToken cancellation);

    /// <summary>Reads what belongs to a database besides its documents.</summary>
    public abstract Task<MemberDatabase> ReadDatabaseAsync(string database, CancellationToken cancellation);

    /// <summary>Opens a database of the member to read it.</summary>
    public abstract Peer Open(string database);
}
