using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>Finds the blocks that ids lie in.</summary>
/// <param name="stored">What is stored.</param>
/// <param name="database">The database's number.</param>
/// <param name="known">What is known without looking.</param>
/// <param name="tables">The levels that are in memory.</param>
internal sealed class DocumentBlockReader(KeyValueReader stored, uint database, DocumentBlocks known, BlockTables tables) : IDisposable
{
    private KeyValueCursor? _backwards;
    private KeyValueCursor? _forwards;

    /// <summary>What is known without looking.</summary>
    public DocumentBlocks Known => known;

    /// <summary>The levels that are in memory.</summary>
    public BlockTables Tables => tables;

    /// <summary>How many blocks the store was searched for.</summary>
    public long Sought { get; private set; }

    /// <summary>The block of a level that an id lies in.</summary>
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

        Sought++;
        _backwards ??= CountBlocks.Scan(stored, database, descending: true);
        var start = DocumentCounts.BlockOf(_backwards, database, level, id, out var count);

        // The same block again: there may be more of it.
        var end = known[level] is { } last && start.AsSpan().SequenceEqual(last.Start) ? EndOf(level, start) : null;
        return new DocumentBlock(start, end, count);
    }

    /// <summary>Where the next block begins after an id; empty where there is none.</summary>
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
