namespace CloudWall.Documents.Counts;

/// <summary>A document block of one level.</summary>
/// <param name="Start">Its first id as UTF-8; empty for the first block.</param>
/// <param name="End">The first id of the next block; empty if there is none, null if unknown.</param>
/// <param name="Count">The number of documents that are not deleted.</param>
internal sealed record DocumentBlock(byte[] Start, byte[]? End, long Count)
{
    /// <summary>Whether an id is known to be in the block.</summary>
    public bool Has(byte[] id) =>
        End is not null
        && id.AsSpan().SequenceCompareTo(Start) >= 0
        && (End.Length == 0 || id.AsSpan().SequenceCompareTo(End) < 0);
}
