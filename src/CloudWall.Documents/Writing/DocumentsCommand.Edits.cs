using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <content>Edits: each extends a leaf.</content>
internal sealed partial class DocumentsCommand
{
    /// <summary>The maximum number of writes whose flags are kept on the stack.</summary>
    private const int FewWrites = 64;

    /// <summary>
    /// Applies edits to one document. As in CouchDB, the tree is stemmed once, after the last edit; bodies are stored only for the
    /// remaining revisions.
    /// </summary>
    private void Edit(
        WriteSession session,
        DocumentDraft draft,
        ReadOnlySpan<int> writes,
        IReadOnlyList<AttachmentInfo>?[] attachments,
        WriteOutcome[] outcomes)
    {
        Span<bool> mayBeStored = writes.Length <= FewWrites ? stackalloc bool[FewWrites] : new bool[writes.Length];
        var any = false;
        for (var k = 0; k < writes.Length; k++)
        {
            // With a single leaf, all stored revisions are older than the new one.
            var i = writes[k];
            mayBeStored[k] = attachments[i]?.Count > 0 || draft.Tree.LeafCount > 1;
            outcomes[i] = Edit(session, draft, i, attachments[i]);
            any |= outcomes[i].IsSuccess;
        }

        if (!any)
        {
            return;
        }

        draft.Stem(session.State.RevsLimit);
        for (var k = 0; k < writes.Length; k++)
        {
            var i = writes[k];
            if (!outcomes[i].IsSuccess || (writes.Length > 1 && !draft.Tree.TryFind(outcomes[i].Revision, out _)))
            {
                continue;
            }

            if (mayBeStored[k])
            {
                session.ReleaseBody(draft, outcomes[i].Revision);
            }

            session.PutBody(draft, outcomes[i].Revision, _writes[i].Document.Body.Span, attachments[i]!, _writes[i].Attachments);
        }
    }

    private WriteOutcome Edit(WriteSession session, DocumentDraft draft, int index, IReadOnlyList<AttachmentInfo>? attachments)
    {
        var write = _writes[index];
        var conflict = new WriteOutcome(write.Id, default, DocumentError.Conflict);
        var tree = draft.Tree;
        var parent = write.Parent;
        var deleted = write.Document.Deleted;
        if (attachments is null)
        {
            return conflict;
        }

        if (tree.IsEmpty)
        {
            // CouchDB checks the parent of a new document only if it inspects the document before the update.
            if (!parent.IsNone && _checked)
            {
                return conflict;
            }
        }
        else if (tree.IsDeleted)
        {
            // An edit without a parent recreates a deleted document on top of its deletion.
            if (!parent.IsNone || deleted)
            {
                return conflict;
            }

            parent = tree.Winner.Revision;
        }
        else if (parent.IsNone || !tree.TryFindLeaf(parent, out _))
        {
            return conflict;
        }

        if (parent.Generation == long.MaxValue)
        {
            // CouchDB continues with larger integers here.
            return new WriteOutcome(write.Id, default, DocumentError.InvalidRevision);
        }

        if (parent.Generation < 0)
        {
            // CouchDB continues with larger integers here too.
            return new WriteOutcome(write.Id, default, TooManyIds);
        }

        var revision = _expected[index];
        if (parent != write.Parent)
        {
            revision = RevisionHash.ComputeRecreation(parent, write.Document.Term.Span, attachments.Count);
        }
        else if (revision.IsNone)
        {
            revision = RevisionHash.Compute(deleted, parent, write.Document.Term.Span, Hashed(attachments));
        }

        var sequence = draft.Touch(this, ref session.State.UpdateSequence);
        var flags = RevisionFlags.Stored | (deleted ? RevisionFlags.Deleted : RevisionFlags.None);
        if (tree.IsEmpty && !parent.IsNone)
        {
            tree.Merge([revision, .. HistoryOf(write)], flags, sequence);
        }
        else
        {
            tree.Append(parent, revision, flags, sequence);
        }

        return new WriteOutcome(write.Id, revision, null);
    }
}
