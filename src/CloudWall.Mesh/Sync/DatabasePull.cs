using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Mesh.Permissions;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Mesh.Sync;

/// <summary>
/// Pulls databases of members, each with one run of the replicator. A database is pulled from one member at a time, so that nothing is
/// fetched twice at once; but a member that has fallen silent keeps nobody from pulling from another.
/// </summary>
/// <param name="databases">The node's databases.</param>
/// <param name="security">The pasts of <c>_security</c>.</param>
/// <param name="context">What runs need of the node.</param>
public sealed class DatabasePull(DatabaseCatalogue databases, SecurityKeeper security, RunContext context)
{
    /// <summary>After so long a member counts as silent.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Pulls all that a member has of a database and this node has not, and makes the database where there is none.</summary>
    /// <returns>Why some revisions were not stored; null where all were.</returns>
    /// <exception cref="PeerException">The member failed.</exception>
    public async Task<string?> RunAsync(MemberLink link, string database, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        var place = PlaceOf(database);
        var isHolder = await EnterAsync(place, cancellation);
        place.Holder = isHolder ? link : place.Holder;
        try
        {
            var there = await link.ReadDatabaseAsync(database, cancellation);
            var here = databases.Find(database) ?? await CreateAsync(database, there, cancellation);
            if (here?.Options.Partitioned != there.Partitioned)
            {
                return "it has partitions on one of the two members only, so the two databases never become one";
            }

            // Who may read comes before what there is to read. Without it the database is for admins only.
            if (SecurityCodec.TryRead(there.Security) is not { } past)
            {
                return "its _security cannot be read";
            }

            await security.MergeAsync(database, past, cancellation);
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
            if (isHolder)
            {
                place.Holder = null;
                place.Turns.Leave();
            }
        }
    }

    /// <summary>Waits for the place, as long as who has it hears from its member.</summary>
    /// <returns>Whether it has the place; else it goes on without.</returns>
    private async Task<bool> EnterAsync(Place place, CancellationToken cancellation)
    {
        while (true)
        {
            using var late = new CancellationTokenSource(Silence, context.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
            try
            {
                await place.Turns.EnterAsync(either.Token);
                return true;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                if (place.Holder is { } holder && context.Time.GetElapsedTime(holder.LastHeard) > Silence)
                {
                    return false;
                }
            }
        }
    }

    private Place PlaceOf(string database)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(database, out var place))
            {
                _places.Add(database, place = new Place());
            }

            return place;
        }
    }

    private async Task<Database?> CreateAsync(string database, MemberDatabase there, CancellationToken cancellation)
    {
        try
        {
            var made = await databases.CreateAsync(database, new DatabaseOptions(there.Partitioned, there.Shards), cancellation);
            if (made.RevsLimit != there.RevsLimit)
            {
                await made.SetRevsLimitAsync(there.RevsLimit, cancellation);
            }

            return made;
        }
        catch (DocumentException exists) when (exists.Error.Status == 412)
        {
            // Somebody else was faster.
            return databases.Find(database);
        }
    }

    /// <summary>Who pulls a database now.</summary>
    private sealed class Place
    {
        public Turns Turns { get; } = new(1);

        /// <summary>The member that it is pulled from; null while nobody pulls it.</summary>
        public MemberLink? Holder { get; set; }
    }
}
