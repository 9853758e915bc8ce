using CloudWall.Documents.Waiting;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// The replications of a node. Each has its turn when there is a place for it; where there are more than places, those that have had
/// theirs for longest make room. Dispose of it to end all, after each has recorded how far it has come.
/// </summary>
public sealed class JobScheduler : IAsyncDisposable
{
    private readonly RunContext _context;
    private readonly SchedulerSettings _settings;
    private readonly JobPlaces _places;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ReplicationJob Job, Task Running)> _jobs = new(StringComparer.Ordinal);
    private readonly Task _rotating;
    private bool _isEnding;

    /// <summary>Without jobs.</summary>
    /// <param name="context">What runs need of the node.</param>
    /// <param name="settings">How jobs share the node.</param>
    public JobScheduler(RunContext context, SchedulerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _context = context;
        _settings = settings;
        _places = new JobPlaces(settings.MaxJobs);
        _rotating = RotateAsync();
    }

    /// <summary>The node's <c>uuid</c>.</summary>
    public string NodeId => _context.NodeId;

    /// <summary>How jobs share the node.</summary>
    internal SchedulerSettings Settings => _settings;

    /// <summary>All jobs that are neither done nor removed, in the order of their ids.</summary>
    public IReadOnlyList<ReplicationJob> Jobs
    {
        get
        {
            lock (_gate)
            {
                return [.. _jobs.Values.Select(static entry => entry.Job).OrderBy(static job => job.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>How many jobs wait for a place.</summary>
    internal int Waiting => _places.Waiting;

    /// <summary>A job; null where there is none of that id.</summary>
    public ReplicationJob? Find(string id)
    {
        lock (_gate)
        {
            return _jobs.TryGetValue(id, out var entry) ? entry.Job : null;
        }
    }

    /// <summary>Adds a job, unless it is there.</summary>
    /// <param name="request">What is to be done.</param>
    /// <param name="user">Who asks for it.</param>
    /// <param name="origin">The document that asks for it; null for none.</param>
    /// <returns>The job of that id, which may be somebody else's.</returns>
    public ReplicationJob Add(ReplicationRequest request, string? user, JobOrigin? origin)
    {
        ReplicationJob job;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, this);
            job = new ReplicationJob(request, user, origin, _context, _settings, _places);
            if (_jobs.TryGetValue(job.Id, out var there))
            {
                job.Dispose();
                return there.Job;
            }

            _jobs.Add(job.Id, (job, RunAsync(job)));
        }

        return job;
    }

    /// <summary>Ends a job, and waits until it has.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(string id) => RemoveAsync(Find(id));

    /// <summary>Ends a job, and waits until it has; not another one that has the same id by now.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> RemoveAsync(ReplicationJob? job)
    {
        Task running;
        lock (_gate)
        {
            if (job is null || !_jobs.TryGetValue(job.Id, out var entry) || entry.Job != job)
            {
                return false;
            }

            running = entry.Running;
        }

        job.Remove();
        await running;
        return true;
    }

    /// <summary>Waits until a job has ended and is no job of this any more.</summary>
    public Task WaitForEndAsync(ReplicationJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        lock (_gate)
        {
            return _jobs.TryGetValue(job.Id, out var entry) && entry.Job == job ? entry.Running : Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        (ReplicationJob Job, Task Running)[] entries;
        lock (_gate)
        {
            _isEnding = true;
            entries = [.. _jobs.Values];
        }

        // Whoever waits for a token may go on within the call that cancels it, and ask for the lock: from here on nobody adds a job.
        await _ending.CancelApartAsync();
        foreach (var (job, _) in entries)
        {
            job.Remove();
        }

        await Task.WhenAll(entries.Select(static entry => entry.Running));
        await _rotating;
        _ending.Dispose();
    }

    private async Task RunAsync(ReplicationJob job)
    {
        await job.RunAsync();
        lock (_gate)
        {
            _jobs.Remove(job.Id);
        }

        job.Dispose();
    }

    private async Task RotateAsync()
    {
        try
        {
            while (true)
            {
                // While nobody waits, nothing wakes the node.
                await _places.WaitForWaitingAsync(_ending.Token);
                await Task.Delay(_settings.Interval, _context.Time, _ending.Token);
                var waiting = Math.Min(_places.Waiting, _settings.MaxChurn);
                if (waiting > 0)
                {
                    // One-shots end by themselves; stopping them would only make them begin again.
                    foreach (var job in Jobs
                        .Where(static job => job is { TurnSince: not null, Request.Options.Continuous: true })
                        .OrderBy(static job => job.TurnSince)
                        .Take(waiting))
                    {
                        job.EndTurn();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }
}
