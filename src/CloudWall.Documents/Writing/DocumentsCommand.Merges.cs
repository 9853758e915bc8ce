using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <content>Replicated revisions: they merge, and never conflict.</content>
internal sealed partial class DocumentsCommand
{
    /// <summary>
    /// Merges revisions into one document. What is old is forgotten, and what is doubled is joined, once after the last of them, as in
    /// CouchDB; bodies are stored of what is left.
    /// </summary>
    private void Merge(
        WriteSession session,
        DocumentDraft draft,
        ReadOnlySpan<int> writes,
        IReadOnlyList<AttachmentInfo>?[] attachments,
        WriteOutcome[] outcomes)
    {
        var tree = draft.Tree;
        var isNew = _checked && !tree.IsEmpty ? FindNew(session, draft, writes) : null;
        var sequence = draft.NextSequence(this, session.State.UpdateSequence);
        Span<bool> brings = writes.Length <= FewWrites ? stackalloc bool[FewWrites] : new bool[writes.Length];
        tree.AcceptChanges();
        for (var k = 0; k < writes.Length; k++)
        {
            var i = writes[k];
            var path = _paths[i];
            outcomes[i] = new WriteOutcome(draft.Id, path[0], null);
            if (attachments[i] is null || isNew?[k] == false)
            {
                continue;
            }

            // A revision that is known still merges: it may bring a body that was missing, or older ancestors.
            brings[k] = !(TryFind(session, draft, path[0], out var node) && node.IsStored);
            if (!tree.CanMergeWithoutTail(path))
            {
                session.LoadAncestors(draft);
            }

            var deleted = _writes[i].Document.Deleted ? RevisionFlags.Deleted : RevisionFlags.None;
            tree.Merge(path, RevisionFlags.Stored | deleted, sequence);
        }

        Stem(session, draft);
        if (!tree.IsChanged)
        {
            return;
        }

        draft.Touch(this, ref session.State.UpdateSequence);
        for (var k = 0; k < writes.Length; k++)
        {
            var i = writes[k];
            if (brings[k] && TryFind(session, draft, _paths[i][0], out _))
            {
                session.ReleaseBody(draft, _paths[i][0]);
                session.PutBody(draft, _paths[i][0], _writes[i].Document.Body.Span, attachments[i]!, _writes[i].Attachments);
            }
        }
    }

    private bool[] FindNew(WriteSession session, DocumentDraft draft, ReadOnlySpan<int> writes)
    {
        var paths = new RevisionId[writes.Length][];
        for (var k = 0; k < paths.Length; k++)
        {
            paths[k] = _paths[writes[k]];
        }

        if (!draft.Tree.CanForeseeWithoutTail(paths))
        {
            session.LoadAncestors(draft);
        }

        return draft.Tree.FindNewLeaves(paths, out _);
    }
}
