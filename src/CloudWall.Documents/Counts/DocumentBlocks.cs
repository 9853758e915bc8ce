namespace CloudWall.Documents.Counts;

/// <summary>
/// The block of each level that the writer changed last: ids that are made in ascending order lie in it again, and need not be
/// looked for.
/// </summary>
internal sealed class DocumentBlocks
{
    private readonly DocumentBlock?[] _blocks = new DocumentBlock?[CountBlocks.Levels];
    private readonly long[] _sought = new long[CountBlocks.Levels];

    public DocumentBlock? this[int level]
    {
        get => _blocks[level - 1];
        set => _blocks[level - 1] = value;
    }

    /// <summary>A batch has searched the store for blocks of a level.</summary>
    public void Sought(int level, long blocks)
    {
        // Batches in ascending order have a few, too.
        const int Few = 8;
        if (blocks >= Few)
        {
            _sought[level - 1] += blocks;
        }
    }

    /// <summary>
    /// Whether so many blocks of a level were searched for that to read all of it costs little beside that. It is asked again after as
    /// many.
    /// </summary>
    /// <param name="level">The level.</param>
    /// <param name="stored">About how many blocks it has.</param>
    public bool IsWorthReading(int level, long stored)
    {
        const int Least = 64;

        // A step to the next block takes about that much less than a search.
        const int Steps = 16;
        if (_sought[level - 1] < Math.Max(Least, stored / Steps))
        {
            return false;
        }

        _sought[level - 1] = 0;
        return true;
    }

    /// <summary>A level is too large to be kept in memory.</summary>
    public void IsTooLarge(int level) => _sought[level - 1] = long.MinValue;
}
