using System.Text;
using System.Text.Json;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// Follows one replicator database: each of its documents is a job from when it is written to when it is deleted, and gets to know how
/// its job ended.
/// </summary>
internal sealed class ReplicatorWatch(
    Database database,
    JobScheduler scheduler,
    Func<ReplicationOptions> defaults,
    Func<string, bool> isAdmin,
    TimeProvider time,
    Action<string> log,
    HeldDocuments? held)
{
    private readonly StateWriter _states = new(database, scheduler.Settings, time, log);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _endings = [];
    private readonly Turns _reading = new(1);
    private readonly Lock _gate = new();

    /// <summary>The jobs of documents that are neither done nor failed.</summary>
    public ReplicationJob? Find(string documentId)
    {
        lock (_gate)
        {
            return _known.TryGetValue(documentId, out var known) ? known.Job : null;
        }
    }

    /// <summary>Why a document has to wait before it becomes a job; null where it need not.</summary>
    public string? FindObstacle(string documentId)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(documentId, out var known))
            {
                return known.Obstacle;
            }
        }

        return held is not null && database.Find(documentId) is { Deleted: false } record && record.Sequence <= held.Through(database)
            && WantsJob(documentId, record)
            ? held.Reason
            : null;
    }

    /// <summary>Follows the database until it is gone, or the node ends.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await FollowAsync(cancellation);
        }
        catch (Exception ended) when (database.IsDeleted || ended is OperationCanceledException or ObjectDisposedException)
        {
            // The database is gone, or the node ends.
        }

        await EndAllAsync(removeJobs: !cancellation.IsCancellationRequested);
    }

    /// <summary>Forgets all documents, and waits until nothing is done for any of them.</summary>
    private async Task EndAllAsync(bool removeJobs)
    {
        while (true)
        {
            List<Task> endings;
            List<ReplicationJob> jobs;
            lock (_gate)
            {
                jobs = [.. _known.Values.Select(static known => known.Job).OfType<ReplicationJob>()];
                _known.Clear();
                endings = [.. _endings.Where(static ending => !ending.IsCompleted)];
            }

            foreach (var job in removeJobs ? jobs : [])
            {
                await scheduler.RemoveAsync(job);
            }

            if (endings.Count == 0)
            {
                return;
            }

            await Task.WhenAll(endings);
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        var since = held?.Through(database) ?? 0;
        for (var failures = 0; ;)
        {
            try
            {
                since = await CatchUpAsync(since, cancellation);
                failures = 0;
                await database.WaitForChangeAsync(since, cancellation);
            }
            catch (Exception failure) when (!database.IsDeleted && IsUnexpected(failure))
            {
                log($"The changes of {database.Name} could not be read, and are tried again: {failure.Message}");
                await Task.Delay(scheduler.Settings.BackoffAfter(++failures), time, cancellation);
            }
        }
    }

    private async Task<long> CatchUpAsync(long since, CancellationToken cancellation)
    {
        // Some changes have no row, such as that of `_security`: waiting begins after them, too.
        var reached = database.UpdateSequence;
        var changed = new List<string>();
        using (var cursor = database.ReadChanges(since))
        {
            while (cursor.MoveNext())
            {
                since = cursor.Sequence;
                changed.Add(Encoding.UTF8.GetString(cursor.Id));
            }
        }

        foreach (var id in changed)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!id.StartsWith("_design/", StringComparison.Ordinal))
            {
                await FollowDocumentAsync(id, cancellation);
            }
        }

        return Math.Max(since, reached);
    }

    /// <summary>Whether an exception is none that says that the node ends.</summary>
    private static bool IsUnexpected(Exception failure) =>
        failure is not (OperationCanceledException or ObjectDisposedException or OutOfMemoryException);

    private async Task FollowDocumentAsync(string id, CancellationToken cancellation, int failures = 1)
    {
        // What changes and what ends may be about the same document.
        await _reading.EnterAsync(cancellation);
        try
        {
            await ReadAsync(id, cancellation);
        }
        catch (Exception failure) when (!database.IsDeleted && IsUnexpected(failure))
        {
            // One document that cannot be followed now must not keep the others from it.
            log($"{database.Name}/{id} could not be followed, and is tried again: {failure.Message}");
            Know(id, new Known(null, null, null), known => RetryLaterAsync(id, known, failures, cancellation));
        }
        finally
        {
            _reading.Leave();
        }
    }

    private Task RetryLaterAsync(string id, Known known, int failures, CancellationToken cancellation) => EndAsync(async () =>
    {
        await Task.Delay(scheduler.Settings.BackoffAfter(failures), time, cancellation);
        if (Drop(id, known))
        {
            await FollowDocumentAsync(id, cancellation, failures + 1);
        }
    });

    private async Task ReadAsync(string id, CancellationToken cancellation)
    {
        if (database.Find(id) is not { Deleted: false } record)
        {
            await ForgetAsync(id);
            return;
        }

        var revision = record.Tree.Winner.Revision;
        using var stored = database.Read(id, revision);
        if (stored is null)
        {
            return;
        }

        using var body = ReplicatorDocument.TryRead(stored.Body, out var tooDeep);
        if (body is null)
        {
            // Earlier versions stored such documents. No state can be written into them.
            await ForgetAsync(id);
            log($"{database.Name}/{id} begins no replication: {tooDeep}");
            Know(id, new Known(null, null, tooDeep), static _ => Task.CompletedTask);
            return;
        }

        var definition = ReplicatorDocument.Definition(body.RootElement);
        lock (_gate)
        {
            if (_known.TryGetValue(id, out var known) && known.Definition == definition)
            {
                return;
            }
        }

        await ForgetAsync(id);
        if (WantsJob(body.RootElement))
        {
            Start(id, body.RootElement, definition, cancellation);
        }
    }

    private static bool WantsJob(JsonElement body) =>
        ReplicatorDocument.Text(body, "_replication_state") is not ("completed" or "failed") && !ReplicatorDocument.IsCancel(body);

    private bool WantsJob(string id, DocumentRecord record)
    {
        using var stored = database.Read(id, record.Tree.Winner.Revision);
        if (stored is null || id.StartsWith("_design/", StringComparison.Ordinal))
        {
            return false;
        }

        using var body = ReplicatorDocument.TryRead(stored.Body, out _);
        return body is not null && WantsJob(body.RootElement);
    }

    private void Start(string id, JsonElement body, string definition, CancellationToken cancellation)
    {
        ReplicationJob job;
        try
        {
            var request = RequestParser.Parse(body, defaults());
            if (ReplicatorDocument.Text(body, "owner") is { } owner)
            {
                var isOfUser = !isAdmin(owner);
                var user = isOfUser ? null : request.Options.User;
                request = request with { Options = request.Options with { Owner = owner, IsOwnedByUser = isOfUser, User = user } };
            }

            job = scheduler.Add(request, ReplicatorDocument.User(body), new JobOrigin(database.Name, id));
        }
        catch (RequestException refusal)
        {
            Fail(id, definition, refusal.ReasonInDocument, cancellation);
            return;
        }

        if (job.Origin is null)
        {
            var obstacle = $"Replication `{job.Id}` specified by document `{id}` in `{database.Name}`"
                + " is running already, as a request of `_replicate`";
            Know(id, new Known(definition, null, obstacle), known => AwaitPlaceAsync(id, known, job, cancellation));
        }
        else if (job.Origin.DocumentId != id || job.Origin.Database != database.Name)
        {
            Fail(
                id,
                definition,
                $"Replication `{job.Id}` specified by document `{id}` already started by document `{job.Origin.DocumentId}`",
                cancellation);
        }
        else
        {
            Know(id, new Known(definition, job, null), known => AwaitAsync(id, definition, known, job, cancellation));
        }
    }

    private void Know(string id, Known known, Func<Known, Task> end)
    {
        lock (_gate)
        {
            _known[id] = known;
            _endings.RemoveWhere(static ending => ending.IsCompleted);
            _endings.Add(end(known));
        }
    }

    /// <summary>Stops knowing something, unless it knows something newer of the document.</summary>
    private bool Drop(string id, Known known)
    {
        lock (_gate)
        {
            return _known.TryGetValue(id, out var now) && ReferenceEquals(now, known) && _known.Remove(id);
        }
    }

    /// <summary>Knows something else, unless it knows something newer of the document.</summary>
    private void Replace(string id, Known known, Known other)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(id, out var now) && ReferenceEquals(now, known))
            {
                _known[id] = other;
            }
        }
    }

    private void Fail(string id, string definition, string reason, CancellationToken cancellation) =>
        Know(
            id,
            new Known(definition, null, null),
            known => WriteStateAsync(id, definition, known, new JobOutcome("failed", reason, null), cancellation));

    /// <summary>Does what comes after a document was read, on its own.</summary>
    private async Task EndAsync(Func<Task> end)
    {
        await Task.Yield();
        try
        {
            await end();
        }
        catch (Exception ended) when (database.IsDeleted || ended is OperationCanceledException or ObjectDisposedException)
        {
            // The document, its database or the node is gone.
        }
    }

    /// <summary>Waits for the end of what somebody else has asked for, and then begins.</summary>
    private Task AwaitPlaceAsync(string id, Known known, ReplicationJob other, CancellationToken cancellation) => EndAsync(async () =>
    {
        await scheduler.WaitForEndAsync(other).OrCancelledAsync(cancellation);
        if (Drop(id, known))
        {
            await FollowDocumentAsync(id, cancellation);
        }
    });

    private Task AwaitAsync(
        string id, string definition, Known known, ReplicationJob job, CancellationToken cancellation) => EndAsync(async () =>
    {
        var outcome = new JobOutcome("completed", null, job);
        try
        {
            await job.Result;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            outcome = new JobOutcome("failed", failure.Message, job);
        }

        await WriteStateAsync(id, definition, known, outcome, cancellation);
    });

    /// <summary>Writes a state into a document, and then forgets it.</summary>
    private Task WriteStateAsync(
        string id, string definition, Known known, JobOutcome outcome, CancellationToken cancellation) => EndAsync(async () =>
    {
        if (!await _states.WriteAsync(id, definition, outcome, cancellation))
        {
            // A document that cannot say that it is done would begin anew for ever: it rests until it asks for something else.
            Replace(id, known, new Known(definition, null, null));
        }
        else if (Drop(id, known))
        {
            // It may have been written again already, to begin anew.
            await FollowDocumentAsync(id, cancellation);
        }
    });

    private async Task ForgetAsync(string id)
    {
        Known? known;
        lock (_gate)
        {
            _known.Remove(id, out known);
        }

        if (known?.Job is { } job)
        {
            await scheduler.RemoveAsync(job);
        }
    }

    /// <summary>What is known of a document.</summary>
    /// <param name="definition">Its definition when it was read; null if it could not be read.</param>
    /// <param name="job">Its job; null where it has none.</param>
    /// <param name="obstacle">Why it has to wait; null where it need not.</param>
    private sealed class Known(string? definition, ReplicationJob? job, string? obstacle)
    {
        public string? Definition => definition;

        public ReplicationJob? Job => job;

        public string? Obstacle => obstacle;
    }
}
