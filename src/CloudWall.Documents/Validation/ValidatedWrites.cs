using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Validation;

/// <summary>
/// Asks a database's validation before documents are written, on the way of the writer rather than in it: functions may take long.
/// What was decided holds nevertheless. An edit succeeds only if the revision that it was compared with is a leaf still, and one whose
/// parent is not there yet is refused here, as CouchDB does.
/// </summary>
internal static class ValidatedWrites
{
    /// <summary>Splits a write into what may be written and what is refused.</summary>
    /// <returns>For each document why it is refused, or null.</returns>
    public static async Task<DocumentError?[]> DecideAsync(
        Database database,
        UpdateValidator validator,
        IReadOnlyList<DocumentWrite> writes,
        WriteMode mode,
        ReadOnlyMemory<byte> userContext,
        CancellationToken cancellation)
    {
        var errors = new DocumentError?[writes.Count];
        var updates = new List<ProposedUpdate>(writes.Count);
        var places = new List<int>(writes.Count);
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            if (write.Id.StartsWith("_design/", StringComparison.Ordinal))
            {
                continue;
            }

            var proposed = mode == WriteMode.Interactive ? Edit(database, write, out errors[i]) : Replicated(database, write);
            if (proposed is { } update)
            {
                updates.Add(update);
                places.Add(i);
            }
        }

        if (updates.Count > 0)
        {
            var decided = await validator.ValidateAsync(database, updates, userContext, cancellation).ConfigureAwait(false);
            for (var i = 0; i < decided.Length; i++)
            {
                errors[places[i]] = decided[i];
            }
        }

        return errors;
    }

    private static ProposedUpdate? Edit(Database database, DocumentWrite write, out DocumentError? error)
    {
        error = null;
        var record = database.Find(write.Id);
        if (write.Parent.IsNone)
        {
            if (record is null || record.Deleted)
            {
                return new ProposedUpdate(write, null, default);
            }
        }
        else if (record is not null && record.Tree.TryFindLeaf(write.Parent, out _))
        {
            return new ProposedUpdate(write, record, write.Parent);
        }

        error = DocumentError.Conflict;
        return null;
    }

    /// <returns>Null where the revision is known: it is neither written nor refused.</returns>
    private static ProposedUpdate? Replicated(Database database, DocumentWrite write)
    {
        var record = database.Find(write.Id);
        if (record is null || record.Tree.IsEmpty)
        {
            return new ProposedUpdate(write, null, default);
        }

        IReadOnlyList<RevisionId> path = write.Document.Revisions is { Count: > 0 } revisions ? revisions : [write.Parent];
        if (TryFind(database, record, path[0]))
        {
            return null;
        }

        for (var i = 1; i < path.Count; i++)
        {
            if (TryFind(database, record, path[i]))
            {
                database.LoadAncestors(record);
                return record.Tree.TryFind(path[i], out _) ? Nearest(database, write, record, path[i]) : new ProposedUpdate(write, null, default);
            }
        }

        return new ProposedUpdate(write, null, default);
    }

    /// <summary>The youngest ancestor whose body is there.</summary>
    private static ProposedUpdate Nearest(Database database, DocumentWrite write, DocumentRecord record, RevisionId ancestor)
    {
        foreach (var node in record.Tree.PathOf(ancestor))
        {
            if (database.IsAvailable(write.Id, node.Revision))
            {
                return new ProposedUpdate(write, record, node.Revision);
            }
        }

        return new ProposedUpdate(write, null, default);
    }

    private static bool TryFind(Database database, DocumentRecord record, RevisionId revision)
    {
        if (record.Tree.TryFind(revision, out _))
        {
            return true;
        }

        if (!record.Tree.MayBeInTail(revision))
        {
            return false;
        }

        database.LoadAncestors(record);
        return record.Tree.TryFind(revision, out _);
    }
}
