using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <content>Replicated revisions: they merge, and never conflict.</content>
internal sealed partial class DocumentsCommand
{
    /// <summary>
    /// Merges revisions into one document. As in CouchDB, the tree is stemmed, and duplicates are joined, once after the last merge; bodies
    /// are stored only for the remaining revisions.
    /// </summary>
    private void Merge(
        WriteSession session,
        DocumentDraft draft,
        ReadOnlySpan<int> writes,
        IReadOnlyList<AttachmentInfo>?[] attachments,
        WriteOutcome[] outcomes)
    {
        var tree = draft.Tree;
        var isNew = _checked && !tree.IsEmpty ? FindNew(draft, writes) : null;
        var sequence = draft.NextSequence(this, session.State.UpdateSequence);
        Span<bool> brings = writes.Length <= FewWrites ? stackalloc bool[FewWrites] : new bool[writes.Length];
        var (merges, joins) = (false, false);
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

            merges = true;

            // A known revision is merged too, because it may add a missing body or older ancestors.
            var isStored = draft.TryFind(path[0], out var node) && node.IsStored;
            var deleted = _writes[i].Document.Deleted ? RevisionFlags.Deleted : RevisionFlags.None;
            var outcome = draft.ToMerge(path).Merge(path, RevisionFlags.Stored | deleted, sequence);
            brings[k] = !isStored || outcome != MergeOutcome.InternalNode;
            joins |= isStored && brings[k];
        }

        // As in CouchDB, a document for which no revision was accepted is not stemmed.
        if (!merges)
        {
            return;
        }

        draft.Stem(session.State.RevsLimit);
        if (!tree.IsChanged)
        {
            return;
        }

        draft.Touch(this, ref session.State.UpdateSequence);
        for (var k = 0; k < writes.Length; k++)
        {
            var i = writes[k];
            if (brings[k] && draft.TryFind(_paths[i][0], out _) && (!joins || IsKept(tree, _paths[i])))
            {
                session.ReleaseBody(draft, _paths[i][0]);
                session.PutBody(draft, _paths[i][0], _writes[i].Document.Body.Span, attachments[i]!, _writes[i].Attachments);
            }
        }
    }

    /// <summary>
    /// Whether the stored node is the one that this path brought. If the path's ancestors join it to another tree, its newest revision may
    /// occur twice until stemming: once from before with its stored body, and once from this write. As in CouchDB, stemming keeps the one
    /// in the tree that begins first, with its flags.
    /// </summary>
    private static bool IsKept(RevisionTree tree, RevisionId[] path) =>
        path.Length == 1 || tree.PathOf(path[0], limit: 2) is not [_, var parent] || parent.Revision == path[1];

    private bool[] FindNew(DocumentDraft draft, ReadOnlySpan<int> writes)
    {
        var paths = new RevisionId[writes.Length][];
        for (var k = 0; k < paths.Length; k++)
        {
            paths[k] = _paths[writes[k]];
        }

        return draft.FindNewLeaves(paths, out _);
    }
}
