using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Mesh.Sync;

/// <summary>
/// Pulls databases of members, each with one run of the replicator. A database is pulled from one member at a time, so that nothing is
/// fetched twice at once.
/// </summary>
/// <param name="databases">The node's databases.</param>
/// <param name="context">What runs need of the node.</param>
public sealed class DatabasePull(DatabaseCatalogue databases, RunContext context)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turns> _turns = new(StringComparer.Ordinal);

    /// <summary>Pulls all that a member has of a database and this node has not, and makes the database where there is none.</summary>
    /// <returns>Why some revisions were not stored; null where all were.</returns>
    /// <exception cref="PeerException">The member failed.</exception>
    public async Task<string?> RunAsync(MemberLink link, string database, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        var turns = TurnsOf(database);
        await turns.EnterAsync(cancellation);
        try
        {
            await CreateAsync(database, cancellation);
            var (source, target) = (new Endpoint(database, null, null), new Endpoint(database, null, null));
            string? refused = null;
            var run = new ReplicationRun(
                new ReplicationRequest(source, target, new ChangesSelection(), new ReplicationOptions { Retries = 1 }),
                context with
                {
                    Open = (endpoint, _) => ReferenceEquals(endpoint, source)
                        ? link.Open(database)
                        : new LocalPeer(databases, database, database, context.NodeId, MemberRights.Instance),
                    Log = message => context.Log($"{database} of {link.Member}: {refused = message}"),
                },
                new RunProgress());
            await run.RunAsync(cancellation);
            return run.Progress.Statistics.Failures > 0 ? refused ?? "some documents could not be stored" : null;
        }
        catch (DocumentException failure)
        {
            return $"{failure.Error.Error}: {failure.Error.Reason}";
        }
        finally
        {
            turns.Leave();
        }
    }

    private Turns TurnsOf(string database)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue(database, out var turns))
            {
                _turns.Add(database, turns = new Turns(1));
            }

            return turns;
        }
    }

    private async Task CreateAsync(string database, CancellationToken cancellation)
    {
        if (databases.Find(database) is not null)
        {
            return;
        }

        try
        {
            await databases.CreateAsync(database, new DatabaseOptions(), cancellation);
        }
        catch (DocumentException exists) when (exists.Error.Status == 412)
        {
            // Somebody else was faster.
        }
    }
}
