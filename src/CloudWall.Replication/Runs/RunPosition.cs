namespace CloudWall.Replication.Runs;

/// <summary>Where a run is in the source's changes; sequences are JSON.</summary>
/// <param name="Through">All up to there is on the target (<c>through_seq</c>).</param>
/// <param name="Checkpoint">So far the checkpoints go (<c>checkpointed_source_seq</c>).</param>
/// <param name="Source">So far the source's changes were read (<c>source_seq</c>).</param>
/// <param name="Pending">How many changes come after that; null where the source does not say.</param>
public sealed record RunPosition(string Through, string Checkpoint, string Source, long? Pending)
{
    /// <summary>Nothing done yet.</summary>
    public static readonly RunPosition Start = new("0", "0", "0", null);
}
