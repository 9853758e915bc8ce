using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Permissions;
using CloudWall.Mesh.Roster;
using CloudWall.Replication.Peers;

namespace CloudWall.Mesh.Sync;

/// <summary>
/// What a member lets other members read: the names of databases that travel, and these databases. Nothing here writes but checkpoints.
/// </summary>
/// <param name="databases">The node's databases.</param>
/// <param name="roster">Who is in the mesh now. It is asked with every call.</param>
/// <param name="security">The pasts of <c>_security</c>.</param>
/// <param name="nodeId">The node's id for checkpoints.</param>
/// <param name="time">The clock.</param>
public sealed class MemberService(
    DatabaseCatalogue databases, Func<MeshRoster> roster, SecurityKeeper security, string nodeId, TimeProvider time)
{
    /// <summary>How long a call waits for a change at most.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly DocumentError NoMember = new(403, "forbidden", "Only members of the mesh may ask.");

    private static readonly DocumentError AtHome = new(404, "db_not_found", "Database does not exist.");

    /// <summary>Reads which databases have changed, and waits until one has.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="epoch">The epoch of the last answer; null for none.</param>
    /// <param name="after">The sequence of the last answer.</param>
    /// <param name="wait">For how long; at most <see cref="LongestWait"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">403: the caller is no member.</exception>
    public async Task<ChangedDatabases> ReadChangedAsync(
        MemberId caller, string? epoch, long after, TimeSpan wait, CancellationToken cancellation)
    {
        Require(caller);
        var updates = databases.Updates;
        var since = epoch == updates.Epoch ? after : 0;
        using var late = new CancellationTokenSource(wait < LongestWait ? wait : LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        while (true)
        {
            var changed = updates.After(since);
            var names = changed.Where(update => update.Kind != DatabaseUpdateKind.Deleted && Travels(update.Name))
                .Select(static update => update.Name).ToList();
            since = changed.Count > 0 ? changed[^1].Sequence : since;
            if (names.Count > 0 || epoch != updates.Epoch || wait <= TimeSpan.Zero)
            {
                return new ChangedDatabases(updates.Epoch, since, names);
            }

            try
            {
                await updates.WaitAsync(since, either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                wait = TimeSpan.Zero;
            }

            // Who was removed meanwhile learns nothing more.
            Require(caller);
        }
    }

    /// <summary>Reads what belongs to a database besides its documents.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">403: the caller is no member. 404: there is no such database, or it stays at home.</exception>
    public async Task<MemberDatabase> ReadDatabaseAsync(MemberId caller, string database, CancellationToken cancellation)
    {
        Require(caller);
        if (!Travels(database) || databases.Find(database) is not { } found)
        {
            throw new PeerException(AtHome, isTransient: false);
        }

        var past = SecurityCodec.Write(await security.ReadAsync(database, cancellation));
        return new MemberDatabase(found.Options.Partitioned, found.Options.Shards, found.RevsLimit, past);
    }

    /// <summary>Opens a database for one call of a member.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="database">The database.</param>
    /// <exception cref="PeerException">403: the caller is no member. 404: there is no such database, or it stays at home.</exception>
    public LocalPeer Open(MemberId caller, string database)
    {
        Require(caller);
        return Travels(database)
            ? new LocalPeer(databases, database, database, nodeId, ReaderRights.Instance)
            : throw new PeerException(AtHome, isTransient: false);
    }

    /// <summary>Whether a database goes to all members.</summary>
    public static bool Travels(string database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return !database.StartsWith('_') && !database.EndsWith("/_users", StringComparison.Ordinal)
            && !database.EndsWith("/_replicator", StringComparison.Ordinal);
    }

    private void Require(MemberId caller)
    {
        if (!roster().Members.ContainsKey(caller))
        {
            throw new PeerException(NoMember, isTransient: true);
        }
    }
}
