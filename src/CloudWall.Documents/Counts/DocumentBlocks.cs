namespace CloudWall.Documents.Counts;

/// <summary>
/// The block of each level that the writer changed last. Ascending ids fall into the same block again, which saves the search.
/// </summary>
internal sealed class DocumentBlocks
{
    private readonly DocumentBlock?[] _blocks = new DocumentBlock?[CountBlocks.Levels];
    private readonly long[] _searches = new long[CountBlocks.Levels];

    public DocumentBlock? this[int level]
    {
        get => _blocks[level - 1];
        set => _blocks[level - 1] = value;
    }

    /// <summary>Records that a batch searched the store for blocks of a level.</summary>
    public void CountSearches(int level, long blocks)
    {
        // Batches in ascending order need a few searches too.
        const int Few = 8;
        if (blocks >= Few)
        {
            _searches[level - 1] += blocks;
        }
    }

    /// <summary>
    /// Whether so many blocks of a level were searched for that loading the whole level is cheap in comparison. The search counter then
    /// starts again.
    /// </summary>
    /// <param name="level">The level.</param>
    /// <param name="stored">The approximate number of its blocks.</param>
    public bool IsWorthReading(int level, long stored)
    {
        const int Least = 64;

        // A cursor step costs about this much less than a search.
        const int Steps = 16;
        if (_searches[level - 1] < Math.Max(Least, stored / Steps))
        {
            return false;
        }

        _searches[level - 1] = 0;
        return true;
    }

    /// <summary>Records that a level is too large for the cache.</summary>
    public void MarkTooLarge(int level) => _searches[level - 1] = long.MinValue;
}
