using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// Writes what has become of a job into its document. Where that fails it is tried again, later and later: a document without a state
/// would be replicated again after the next start, and would tell nobody what happened.
/// </summary>
/// <param name="database">The replicator database.</param>
/// <param name="settings">How long to wait between attempts.</param>
/// <param name="time">The time.</param>
/// <param name="log">Told of attempts that failed.</param>
internal sealed class StateWriter(Database database, SchedulerSettings settings, TimeProvider time, Action<string> log)
{
    /// <summary>How often an edit of somebody else may come in between before the next attempt waits.</summary>
    private const int MaxConflicts = 5;

    /// <summary>Writes a state, unless the document is gone or asks for something else by now.</summary>
    /// <param name="id">The document.</param>
    /// <param name="definition">The definition that the state belongs to; if the document has another by now, nothing is written.</param>
    /// <param name="outcome">What has become of it.</param>
    /// <param name="cancellation">Gives up before the next attempt; the first is always made.</param>
    /// <returns>Whether the document says it, or need not; false where the database does not let it be written.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<bool> WriteAsync(string id, string definition, JobOutcome outcome, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryWriteAsync(id, definition, outcome) is { } isTold)
                {
                    return isTold;
                }
            }
            catch (Exception) when (database.IsDeleted)
            {
                return true;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                log($"The state of {database.Name}/{id} could not be written, and is tried again: {failure.Message}");
            }

            await Task.Delay(settings.BackoffAfter(attempt), time, cancellation);
        }
    }

    /// <returns>As <see cref="WriteAsync"/>; null where somebody else's edits came in between.</returns>
    /// <exception cref="DocumentException">It cannot be written now.</exception>
    private async Task<bool?> TryWriteAsync(string id, string definition, JobOutcome outcome)
    {
        for (var conflicts = 0; conflicts < MaxConflicts; conflicts++)
        {
            if (database.Find(id) is not { Deleted: false } record)
            {
                return true;
            }

            var revision = record.Tree.Winner.Revision;
            using var stored = database.Read(id, revision);
            if (stored is null)
            {
                continue;
            }

            using var body = ForeignJson.Parse(stored.Body);
            if (ReplicatorDocument.Definition(body.RootElement) != definition)
            {
                return true;
            }

            var told = ReplicatorDocument.WithState(body.RootElement, outcome, time.GetUtcNow());
            var parsed = ReplicatorDocument.Parse(id, revision.ToString(), told, database.Limits);
            using var write = new DocumentWrite(id, parsed, [.. stored.Attachments.Select(AttachmentWrite.Of)]);
            var error = (await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None))[0].Error;
            if (error is null)
            {
                return true;
            }

            if (error.Status is 429 or >= 500)
            {
                throw new DocumentException(error);
            }

            if (error.Status != DocumentError.Conflict.Status)
            {
                // The database's own validation does not let the node write it, as CouchDB's replicator has to accept as well.
                log($"The state of {database.Name}/{id} was refused: {error.Error}: {error.Reason}");
                return false;
            }
        }

        return null;
    }
}
