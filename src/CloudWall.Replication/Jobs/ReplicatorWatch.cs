using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// Follows one replicator database: each of its documents is a job from when it is written to when it is deleted, and gets to know how
/// its job ended.
/// </summary>
internal sealed class ReplicatorWatch(
    Database database, JobScheduler scheduler, ReplicationOptions defaults, TimeProvider time, Action<string> log)
{
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _endings = [];
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
            return _known.TryGetValue(documentId, out var known) ? known.Obstacle : null;
        }
    }

    /// <summary>Follows the database until it is gone, or the node ends.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        var since = 0L;
        try
        {
            while (true)
            {
                since = await CatchUpAsync(since, cancellation);
                await database.WaitForChangeAsync(since, cancellation);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or DocumentException or ObjectDisposedException)
        {
            // The database is gone, or the node ends.
        }

        List<Task> endings;
        List<string> jobs;
        lock (_gate)
        {
            jobs = [.. _known.Values.Where(static known => known.Job is not null).Select(static known => known.Job!.Id)];
            _known.Clear();
            endings = [.. _endings];
        }

        if (!cancellation.IsCancellationRequested)
        {
            foreach (var job in jobs)
            {
                await scheduler.RemoveAsync(job);
            }
        }

        await Task.WhenAll(endings);
    }

    private async Task<long> CatchUpAsync(long since, CancellationToken cancellation)
    {
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
                await HeedAsync(id, cancellation);
            }
        }

        return since;
    }

    private async Task HeedAsync(string id, CancellationToken cancellation)
    {
        try
        {
            await ReadAsync(id, cancellation);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or DocumentException or ObjectDisposedException))
        {
            // One document that cannot be followed must not keep the others from it.
            log($"{database.Name}/{id} could not be followed: {failure}");
        }
    }

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

        using var body = JsonDocument.Parse(stored.Body);
        var wish = ReplicatorDocument.Wish(body.RootElement);
        lock (_gate)
        {
            if (_known.TryGetValue(id, out var known) && known.Wish == wish)
            {
                return;
            }
        }

        await ForgetAsync(id);
        if (ReplicatorDocument.Text(body.RootElement, "_replication_state") is "completed" or "failed")
        {
            return;
        }

        await StartAsync(id, body.RootElement, wish, cancellation);
    }

    private async Task StartAsync(string id, JsonElement body, string wish, CancellationToken cancellation)
    {
        ReplicationJob job;
        try
        {
            var request = RequestParser.Parse(body, defaults);
            job = scheduler.Add(request, ReplicatorDocument.User(body), new JobOrigin(database.Name, id));
        }
        catch (RequestException refusal)
        {
            await TellAsync(id, wish, "failed", refusal.ReasonInDocument, null);
            return;
        }

        if (job.Origin is null)
        {
            var obstacle = $"Replication `{job.Id}` specified by document `{id}` in `{database.Name}` is running already, as a request of `_replicate`";
            Know(id, new Known(wish, null, obstacle), known => AwaitPlaceAsync(id, known, job, cancellation));
        }
        else if (job.Origin.DocumentId != id || job.Origin.Database != database.Name)
        {
            await TellAsync(
                id, wish, "failed", $"Replication `{job.Id}` specified by document `{id}` already started by document `{job.Origin.DocumentId}`", null);
        }
        else
        {
            Know(id, new Known(wish, job, null), _ => AwaitAsync(id, wish, job));
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

    /// <summary>Waits for the end of what somebody else has asked for, and then begins.</summary>
    private async Task AwaitPlaceAsync(string id, Known known, ReplicationJob other, CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await scheduler.WaitForEndAsync(other).WaitAsync(cancellation);
            lock (_gate)
            {
                if (!_known.TryGetValue(id, out var now) || now != known)
                {
                    return;
                }

                _known.Remove(id);
            }

            await HeedAsync(id, cancellation);
        }
        catch (Exception ended) when (ended is OperationCanceledException or DocumentException or ObjectDisposedException)
        {
            // The database is gone, or the node ends.
        }
    }

    private async Task AwaitAsync(string id, string wish, ReplicationJob job)
    {
        await Task.Yield();
        try
        {
            await job.Result;
            await TellAsync(id, wish, "completed", null, job);
        }
        catch (OperationCanceledException)
        {
            // The document, its database or the node is gone.
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or StackOverflowException))
        {
            await TellAsync(id, wish, "failed", failure.Message, job);
        }
    }

    private async Task ForgetAsync(string id)
    {
        Known? known;
        lock (_gate)
        {
            _known.Remove(id, out known);
        }

        if (known?.Job is { } job)
        {
            await scheduler.RemoveAsync(job.Id);
        }
    }

    /// <summary>Writes a state into a document, unless it asks for something else by now.</summary>
    private async Task TellAsync(string id, string wish, string state, string? reason, ReplicationJob? job)
    {
        try
        {
            for (var attempt = 0; attempt < 5; attempt++)
            {
                if (database.Find(id) is not { Deleted: false } record)
                {
                    return;
                }

                var revision = record.Tree.Winner.Revision;
                using var stored = database.Read(id, revision);
                if (stored is null)
                {
                    return;
                }

                using var body = JsonDocument.Parse(stored.Body);
                if (ReplicatorDocument.Wish(body.RootElement) != wish)
                {
                    return;
                }

                lock (_gate)
                {
                    _known.Remove(id);
                }

                var told = ReplicatorDocument.WithState(body.RootElement, state, reason, job, time.GetUtcNow());
                var parsed = ReplicatorDocument.Parse(id, revision.ToString(), told, new DocumentLimits());
                using var write = new DocumentWrite(id, parsed, [.. stored.Attachments.Select(AttachmentWrite.Of)]);
                var outcomes = await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
                if (outcomes[0].Error is null)
                {
                    return;
                }
            }
        }
        catch (DocumentException failure)
        {
            log($"The state of {database.Name}/{id} could not be written: {failure.Message}");
        }
    }

    private sealed record Known(string Wish, ReplicationJob? Job, string? Obstacle);
}
