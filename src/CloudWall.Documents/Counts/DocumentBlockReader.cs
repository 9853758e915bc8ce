using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>Finds the blocks that ids lie in.</summary>
internal sealed class DocumentBlockReader(KeyValueReader stored, uint database, DocumentBlocks known) : IDisposable
{
    private KeyValueCursor? _backwards;
    private KeyValueCursor? _forwards;

    /// <summary>What is known without looking.</summary>
    public DocumentBlocks Known => known;

    /// <summary>The block of a level that an id lies in.</summary>
    public DocumentBlock Find(int level, byte[] id)
    {
        if (known[level] is { } block && block.Has(id))
        {
            return block;
        }

        _backwards ??= CountBlocks.Scan(stored, database, descending: true);
        var start = DocumentCounts.BlockOf(_backwards, database, level, id, out var count);

        // The same block again: there may be more of it.
        var end = known[level] is { } last && start.AsSpan().SequenceEqual(last.Start) ? EndOf(level, start) : null;
        return new DocumentBlock(start, end, count);
    }

    /// <summary>Where the next block begins after an id; empty where there is none.</summary>
    public byte[] EndOf(int level, byte[] id)
    {
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
