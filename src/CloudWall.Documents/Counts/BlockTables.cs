namespace CloudWall.Documents.Counts;

/// <summary>
/// The cached levels of one database's document blocks. A level is loaded when the writer has searched the store for so many of its blocks
/// that loading all of them is cheap in comparison, as happens with random ids.
/// </summary>
internal sealed class BlockTables
{
    private readonly BlockTable?[] _levels = new BlockTable?[CountBlocks.Levels];

    /// <summary>A level; null if it is not loaded.</summary>
    public BlockTable? this[int level]
    {
        get => _levels[level - 1];
        set => _levels[level - 1] = value;
    }

    /// <summary>Approximate memory in bytes.</summary>
    public long Bytes => _levels.Sum(static level => level?.Bytes ?? 0);
}
