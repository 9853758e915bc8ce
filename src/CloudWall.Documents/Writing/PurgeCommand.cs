using System.Runtime.InteropServices;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <summary>Purges leaf revisions with the ancestors that only they have.</summary>
internal sealed class PurgeCommand(IReadOnlyList<PurgeRequest> requests, IReadOnlyList<string> uuids)
    : WriteCommand<IReadOnlyList<IReadOnlyList<RevisionId>>>
{
    public override bool Alone => true;

    protected override IReadOnlyList<IReadOnlyList<RevisionId>> Decide(WriteSession session)
    {
        var before = session.State.UpdateSequence;
        var answers = new IReadOnlyList<RevisionId>[requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = Purge(session, requests[i]);
            session.State.PurgeSequence++;
            session.PutPurge(new PurgeInfo(session.State.PurgeSequence, uuids[i], requests[i].Id, requests[i].Revisions));
        }

        // A purge always increments the update sequence, so that followers check the purge history, even if no document got a new sequence.
        if (answers.Length > 0 && session.State.UpdateSequence == before)
        {
            session.State.UpdateSequence++;
        }

        return answers;
    }

    private static List<RevisionId> Purge(WriteSession session, PurgeRequest request)
    {
        var removed = new List<RevisionId>();
        var draft = session.Load(request.Id);
        if (draft.Tree.IsEmpty)
        {
            return removed;
        }

        // Only leaves can be purged, and all leaves are loaded.
        var any = false;
        foreach (var revision in request.Revisions)
        {
            any |= draft.Tree.TryFindLeaf(revision, out _);
        }

        if (!any)
        {
            return removed;
        }

        var nodes = new List<RevisionId>();
        draft.Whole().Remove(CollectionsMarshal.AsSpan(new List<RevisionId>(request.Revisions)), removed, nodes);
        draft.ForgetsBodies = true;
        RequireStemmingCheck(session, draft.Tree);
        session.State.UpdateSequence = draft.Tree.RelabelLeaves(session.State.UpdateSequence);
        draft.SetSequence(session.State.UpdateSequence);
        return removed;
    }

    /// <summary>
    /// The remaining branches may be longer than the limit, because they shared ancestors with the purged ones. Makes the next compaction
    /// check for that.
    /// </summary>
    private static void RequireStemmingCheck(WriteSession session, RevisionTree tree)
    {
        var limit = session.State.RevsLimit;
        if (session.State.StemmedTo <= limit && tree.Leaves.Any(leaf => leaf.Revision.Generation > limit))
        {
            session.State.StemmedTo = limit + 1;
        }
    }
}
