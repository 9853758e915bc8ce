namespace CloudWall.Documents.Counts;

/// <summary>A block of documents of one level.</summary>
/// <param name="Start">The id that it begins with, as UTF-8; empty for the first.</param>
/// <param name="End">The id that the next one begins with; empty where there is none, null where that is not known.</param>
/// <param name="Count">How many documents that are not deleted it has.</param>
internal sealed record DocumentBlock(byte[] Start, byte[]? End, long Count)
{
    /// <summary>Whether an id is known to lie in it.</summary>
    public bool Has(byte[] id) =>
        End is not null
        && id.AsSpan().SequenceCompareTo(Start) >= 0
        && (End.Length == 0 || id.AsSpan().SequenceCompareTo(End) < 0);
}
