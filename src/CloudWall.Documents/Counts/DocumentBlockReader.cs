using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>Finds the blocks that contain ids.</summary>
/// <param name="stored">The stored blocks.</param>
/// <param name="database">The database's number.</param>
/// <param name="known">The writer's last blocks, which need no look-up.</param>
/// <param name="tables">The loaded levels.</param>
internal sealed class DocumentBlockReader(KeyValueReader stored, uint database, DocumentBlocks known, BlockTables tables) : IDisposable
{
    private KeyValueCursor? _backwards;
    private KeyValueCursor? _forwards;

    /// <summary>The writer's last blocks, which need no look-up.</summary>
    public DocumentBlocks Known => known;

    /// <summary>The loaded levels.</summary>
    public BlockTables Tables => tables;

    /// <summary>How many blocks were searched for in the store.</summary>
    public long Searches { get; private set; }

    /// <summary>Finds the block of a level that contains an id.</summary>
    public DocumentBlock Find(int level, byte[] id)
    {
        if (known[level] is { } block && block.Has(id))
        {
            return block;
        }

        if (tables[level] is { } table)
        {
            return table.Find(id);
        }

        Searches++;
        _backwards ??= CountBlocks.Scan(stored, database, descending: true);
        var start = DocumentCounts.BlockOf(_backwards, database, level, id, out var count);

        // The writer's last block was found again; more ids in it are likely, so determine its end.
        var end = known[level] is { } last && start.AsSpan().SequenceEqual(last.Start) ? EndOf(level, start) : null;
        return new DocumentBlock(start, end, count);
    }

    /// <summary>The start of the next block after an id; empty if there is none.</summary>
    public byte[] EndOf(int level, byte[] id)
    {
        if (tables[level] is { } table)
        {
            return table.EndOf(id);
        }

        _forwards ??= CountBlocks.Scan(stored, database);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref key, database, level, id);
        key.Byte(0);
        _forwards.Seek(key.Written);
        var found = _forwards.MoveNext() && _forwards.Key.StartsWith(key.Written[..Keys.DocumentCountPrefix]);
        key.Dispose();
        return found ? _forwards.Key[Keys.DocumentCountPrefix..].ToArray() : [];
    }

    public void Dispose()
    {
        _backwards?.Dispose();
        _forwards?.Dispose();
    }
}
