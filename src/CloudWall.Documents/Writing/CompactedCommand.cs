using CloudWall.Documents.Records;

namespace CloudWall.Documents.Writing;

/// <summary>The end of a compaction: notes what it has come to. Its sync makes the steps before it safe.</summary>
/// <param name="before">The state when it began.</param>
/// <param name="bodies">Bytes of removed bodies that are given back.</param>
/// <param name="content">Bytes of removed content that are given back.</param>
internal sealed class CompactedCommand(DatabaseState before, long bodies, long content) : WriteCommand<bool>
{
    protected override bool Decide(WriteSession session)
    {
        session.TrimPurges();
        session.State.Sizes.RemovedBodies -= bodies;
        session.State.Sizes.RemovedContent -= content;
        session.State.CompactedSequence = Math.Max(session.State.CompactedSequence, before.UpdateSequence);

        // What was written meanwhile was stemmed to the limit of its time; what was purged meanwhile may be longer.
        if (session.State.PurgeSequence == before.PurgeSequence)
        {
            session.State.StemmedTo = Math.Max(before.RevsLimit, session.State.RevsLimit);
        }

        return true;
    }
}
