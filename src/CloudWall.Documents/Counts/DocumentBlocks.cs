namespace CloudWall.Documents.Counts;

/// <summary>
/// The block of each level that the writer changed last: ids that are made in ascending order lie in it again, and need not be
/// looked for.
/// </summary>
internal sealed class DocumentBlocks
{
    private readonly DocumentBlock?[] _blocks = new DocumentBlock?[CountBlocks.Levels];

    public DocumentBlock? this[int level]
    {
        get => _blocks[level - 1];
        set => _blocks[level - 1] = value;
    }
}
