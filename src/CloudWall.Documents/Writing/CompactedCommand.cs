using CloudWall.Documents.Records;

namespace CloudWall.Documents.Writing;

/// <summary>Ends a compaction: records its results in the state. Its sync makes the earlier steps durable.</summary>
/// <param name="before">The state at its start.</param>
/// <param name="bodies">Bytes of removed bodies that were reclaimed.</param>
/// <param name="content">Bytes of removed content that were reclaimed.</param>
internal sealed class CompactedCommand(DatabaseState before, long bodies, long content) : WriteCommand<bool>
{
    protected override bool Decide(WriteSession session)
    {
        session.TrimPurges();
        session.State.Sizes.RemovedBodies -= bodies;
        session.State.Sizes.RemovedContent -= content;
        session.State.CompactedSequence = Math.Max(session.State.CompactedSequence, before.UpdateSequence);

        // Writes since then were stemmed to the current limit, but purges since then may have left longer histories.
        if (session.State.PurgeSequence == before.PurgeSequence)
        {
            session.State.StemmedTo = Math.Max(before.RevsLimit, session.State.RevsLimit);
        }

        return true;
    }
}
