namespace CloudWall.Documents.Writing;

/// <summary>One step of compaction: stems documents with a history longer than the limit. They get no new sequence.</summary>
internal sealed class StemCommand(IReadOnlyList<string> ids, long limit) : WriteCommand<bool>
{
    public override bool Alone => true;

    // After a crash, the next compaction repeats the step.
    public override bool Sync => false;

    protected override bool Decide(WriteSession session)
    {
        // The limit may have been raised since.
        var keep = Math.Max(limit, session.State.RevsLimit);
        foreach (var id in ids)
        {
            var draft = session.Load(id);
            if (draft.Tree.IsEmpty)
            {
                continue;
            }

            draft.Stem(keep);
            draft.SetSequence(draft.StoredSequence);
        }

        return true;
    }
}
