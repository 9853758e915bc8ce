using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Jobs;

/// <summary>Follows all replicator databases of a node, those that are created later, too.</summary>
public sealed class ReplicatorDatabases : IAsyncDisposable
{
    private readonly DatabaseCatalogue _catalogue;
    private readonly JobScheduler _scheduler;
    private readonly Func<ReplicationOptions> _defaults;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly HeldDocuments? _held;
    private readonly Func<string, bool> _isAdmin;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<Database, (ReplicatorWatch Watch, Task Running)> _watched = [];
    private Task _following = Task.CompletedTask;

    /// <summary>Follows nothing yet.</summary>
    /// <param name="catalogue">The node's databases.</param>
    /// <param name="scheduler">Where jobs go.</param>
    /// <param name="defaults">The settings of <c>[replicator]</c>.</param>
    /// <param name="time">The time.</param>
    /// <param name="log">Told what an administrator should know.</param>
    /// <param name="held">Documents that do not become jobs; null for none.</param>
    /// <param name="isAdmin">Whether the owner of a document is a server admin; null where all are.</param>
    public ReplicatorDatabases(
        DatabaseCatalogue catalogue,
        JobScheduler scheduler,
        Func<ReplicationOptions> defaults,
        TimeProvider time,
        Action<string> log,
        HeldDocuments? held = null,
        Func<string, bool>? isAdmin = null)
    {
        _catalogue = catalogue;
        _scheduler = scheduler;
        _defaults = defaults;
        _time = time;
        _log = log;
        _held = held;
        _isAdmin = isAdmin ?? (static _ => true);
    }

    /// <summary>The names of the replicator databases.</summary>
    public IReadOnlyList<string> Names => [.. _catalogue.Names.Where(ReplicatorDocument.IsReplicator)];

    /// <summary>Begins to follow. Called once.</summary>
    public void Start() => _following = FollowAsync();

    /// <summary>The job of a document; null where it has none, or none any more.</summary>
    public ReplicationJob? Find(string database, string documentId)
    {
        lock (_gate)
        {
            return _catalogue.Find(database) is { } found && _watched.TryGetValue(found, out var watched)
                ? watched.Watch.Find(documentId)
                : null;
        }
    }

    /// <summary>Why a document has to wait before it becomes a job; null where it need not.</summary>
    public string? FindObstacle(string database, string documentId)
    {
        lock (_gate)
        {
            return _catalogue.Find(database) is { } found && _watched.TryGetValue(found, out var watched)
                ? watched.Watch.FindObstacle(documentId)
                : null;
        }
    }

    /// <summary>Ends the following; jobs are left to the scheduler.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelApartAsync();
        await _following;
        Task[] running;
        lock (_gate)
        {
            running = [.. _watched.Values.Select(static watched => watched.Running)];
        }

        await Task.WhenAll(running);
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var seen = _catalogue.Updates.CreationsAndDeletions;
                foreach (var name in Names)
                {
                    if (_catalogue.Find(name) is { } database)
                    {
                        Watch(database);
                    }
                }

                await _catalogue.Updates.WaitForCreationOrDeletionAsync(seen, _ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private void Watch(Database database)
    {
        lock (_gate)
        {
            if (!_watched.ContainsKey(database))
            {
                var watch = new ReplicatorWatch(database, _scheduler, _defaults, _isAdmin, _time, _log, _held);
                _watched.Add(database, (watch, RunAsync(database, watch)));
            }
        }
    }

    private async Task RunAsync(Database database, ReplicatorWatch watch)
    {
        await watch.RunAsync(_ending.Token);
        lock (_gate)
        {
            _watched.Remove(database);
        }
    }
}
