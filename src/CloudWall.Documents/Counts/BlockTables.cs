namespace CloudWall.Documents.Counts;

/// <summary>
/// The levels of one database's blocks of documents that are in memory. They are there where the writer has looked for so many blocks
/// that reading all of them costs little beside that: ids at random lie in another block each.
/// </summary>
internal sealed class BlockTables
{
    private readonly BlockTable?[] _levels = new BlockTable?[CountBlocks.Levels];

    /// <summary>A level; null where it is not in memory.</summary>
    public BlockTable? this[int level]
    {
        get => _levels[level - 1];
        set => _levels[level - 1] = value;
    }

    /// <summary>About how much memory they take.</summary>
    public long Bytes => _levels.Sum(static level => level?.Bytes ?? 0);
}
