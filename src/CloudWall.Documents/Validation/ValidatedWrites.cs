using System.Runtime.InteropServices;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Writing;

namespace CloudWall.Documents.Validation;

/// <summary>
/// Runs <c>validate_doc_update</c> on the caller's task, before the write is queued, because the functions can be slow. The decision stays
/// valid while the write waits: an edit succeeds only if the revision it was compared with is still a leaf, and an edit whose parent is not
/// stored yet is refused here, as in CouchDB.
/// </summary>
internal static class ValidatedWrites
{
    /// <summary>Decides for each write whether it is accepted, refused, or known already.</summary>
    public static async Task<ValidatedWrite[]> DecideAsync(
        Database database,
        UpdateValidator validator,
        IReadOnlyList<DocumentWrite> writes,
        WriteMode mode,
        ReadOnlyMemory<byte> userContext,
        CancellationToken cancellation)
    {
        var decisions = new ValidatedWrite[writes.Count];
        var updates = new List<ProposedUpdate>(writes.Count);
        var places = new List<int>(writes.Count);
        var recreated = new List<int>();
        foreach (var ofDocument in ByDocument(writes))
        {
            var id = writes[ofDocument[0]].Id;
            if (id.StartsWith("_design/", StringComparison.Ordinal))
            {
                continue;
            }

            var record = database.Find(id);
            RevisionTree? merged = null;
            var isNew = mode == WriteMode.Replicated ? FindNew(database, record, writes, ofDocument, out merged) : null;
            for (var k = 0; k < ofDocument.Count; k++)
            {
                var i = ofDocument[k];
                if (isNew?[k] == false)
                {
                    decisions[i] = ValidatedWrite.Known;
                    continue;
                }

                var proposed = mode == WriteMode.Interactive ? Edit(record, writes[i]) : Replicated(database, record, merged, writes[i]);
                if (mode == WriteMode.Interactive && record is not null && writes[i].Parent.IsNone)
                {
                    recreated.Add(i);
                }
                else if (proposed is not null || record is null)
                {
                    RequireStubs(database, writes[i], proposed);
                }

                if (proposed is { } update)
                {
                    updates.Add(update);
                    places.Add(i);
                }
                else
                {
                    decisions[i] = ValidatedWrite.Refused(DocumentError.Conflict);
                }
            }
        }

        if (updates.Count > 0)
        {
            var decided = await validator.ValidateAsync(database, updates, userContext, cancellation);
            for (var i = 0; i < decided.Length; i++)
            {
                if (decided[i] is { } refusal)
                {
                    database.Metrics.CountRejection();
                    decisions[places[i]] = ValidatedWrite.Refused(refusal);
                }
            }
        }

        // CouchDB looks at the stubs of documents that are made again after a deletion only when functions have accepted them.
        foreach (var i in recreated)
        {
            if (decisions[i].Error is null)
            {
                RequireStubs(database, writes[i], null);
            }
        }

        return decisions;
    }

    /// <summary>As in CouchDB, attachment stubs are resolved before any function runs.</summary>
    /// <exception cref="DocumentException">412 <c>missing_stub</c>: the whole request fails.</exception>
    private static void RequireStubs(Database database, DocumentWrite write, ProposedUpdate? proposed)
    {
        IReadOnlyList<AttachmentInfo>? known = null;
        foreach (var attachment in write.Attachments)
        {
            if (attachment is not { Content: null, Existing: null })
            {
                continue;
            }

            if (known is null)
            {
                using var stored = proposed is { Old: { } old, OldRevision: var revision } ? database.Read(old.Id, revision) : null;
                known = stored?.Attachments ?? [];
            }

            if (DocumentsCommand.FindStub(known, attachment) is null)
            {
                throw DocumentsCommand.MissingStub(write.Id, attachment.Name);
            }
        }
    }

    /// <summary>The replicated revision and its ancestors, newest first.</summary>
    private static RevisionId[] PathOf(DocumentWrite write) =>
        write.Document.Revisions is { Count: > 0 } revisions ? [.. revisions] : [write.Parent];

    /// <summary>The positions of each document's writes, ordered by id like in CouchDB, which reports the first error.</summary>
    private static List<List<int>> ByDocument(IReadOnlyList<DocumentWrite> writes)
    {
        if (writes.Count == 1)
        {
            return [[0]];
        }

        var order = new List<List<int>>(writes.Count);
        var known = new Dictionary<string, List<int>>(writes.Count, StringComparer.Ordinal);
        for (var i = 0; i < writes.Count; i++)
        {
            ref var ofDocument = ref CollectionsMarshal.GetValueRefOrAddDefault(known, writes[i].Id, out var exists);
            if (!exists)
            {
                order.Add(ofDocument = []);
            }

            ofDocument!.Add(i);
        }

        order.Sort((one, other) => Utf8Order.Instance.Compare(writes[one[0]].Id, writes[other[0]].Id));
        return order;
    }

    /// <returns>Null if the revision to be replaced is not a leaf.</returns>
    private static ProposedUpdate? Edit(DocumentRecord? record, DocumentWrite write)
    {
        if (write.Parent.IsNone)
        {
            return record is null || record.Deleted ? new ProposedUpdate(write, null, default) : null;
        }

        return record is not null && record.Tree.TryFindLeaf(write.Parent, out _) ? new ProposedUpdate(write, record, write.Parent) : null;
    }

    /// <summary>Finds which of the revisions are new; the others are neither written nor refused.</summary>
    /// <param name="database">The database.</param>
    /// <param name="record">The document's record; null for a new document, all of whose revisions are new.</param>
    /// <param name="writes">The writes.</param>
    /// <param name="ofDocument">The positions of this document's writes.</param>
    /// <param name="merged">The revision tree after all the writes; null for a new document.</param>
    private static bool[]? FindNew(
        Database database, DocumentRecord? record, IReadOnlyList<DocumentWrite> writes, List<int> ofDocument, out RevisionTree? merged)
    {
        if (record is null || record.Tree.IsEmpty)
        {
            merged = null;
            return null;
        }

        var paths = ofDocument.ConvertAll(i => PathOf(writes[i]));
        return new RecordHistory(database, record).FindNewLeaves(paths, out merged);
    }

    /// <summary>Compares a replicated revision with its youngest ancestor that has a stored body.</summary>
    private static ProposedUpdate Replicated(Database database, DocumentRecord? record, RevisionTree? merged, DocumentWrite write)
    {
        if (record is null || merged is null)
        {
            return new ProposedUpdate(write, null, default);
        }

        var path = merged.PathOf(PathOf(write)[0]);
        if (NearestOf(database, write.Id, path) is { } near)
        {
            return new ProposedUpdate(write, record, near);
        }

        if (merged.TailCount == 0)
        {
            return new ProposedUpdate(write, null, default);
        }

        // No loaded ancestor has a body, so load the tail.
        var whole = new RecordHistory(database, record).Whole();
        foreach (var revision in path)
        {
            if (whole.TryFind(revision.Revision, out _))
            {
                return NearestOf(database, write.Id, whole.PathOf(revision.Revision)) is { } stored
                    ? new ProposedUpdate(write, record, stored)
                    : new ProposedUpdate(write, null, default);
            }
        }

        return new ProposedUpdate(write, null, default);
    }

    private static RevisionId? NearestOf(Database database, string id, IReadOnlyList<RevisionNode> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            if (path[i].IsStored && database.IsAvailable(id, path[i].Revision))
            {
                return path[i].Revision;
            }
        }

        return null;
    }
}
