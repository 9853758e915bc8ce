
namespace CloudWall.Documents.Counts;

/// <summary>
/// An LRU cache of the <see cref="BlockTables"/> of all databases of a node. A writer takes its tables out for the duration of a batch, so
/// that they are discarded and reloaded if the batch fails.
/// </summary>
/// <param name="maxBytes">The maximum memory in bytes.</param>
internal sealed class BlockTableCache(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, LinkedListNode<Entry>> _tables = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _bytes;

    /// <summary>The maximum memory for the tables of one database.</summary>
    public long MaxBytes => maxBytes;

    /// <summary>Takes a database's tables out; null if they are not cached.</summary>
    public BlockTables? Take(uint database)
    {
        lock (_gate)
        {
            return _tables.TryGetValue(database, out var node) ? Remove(node) : null;
        }
    }

    /// <summary>Puts a database's updated tables back.</summary>
    public void Return(uint database, BlockTables tables)
    {
        var bytes = tables.Bytes;
        if (bytes == 0 || bytes > maxBytes)
        {
            return;
        }

        lock (_gate)
        {
            _tables[database] = _byUse.AddLast(new Entry(database, tables, bytes));
            _bytes += bytes;
            while (_bytes > maxBytes)
            {
                Remove(_byUse.First!);
            }
        }
    }

    private BlockTables Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _tables.Remove(node.Value.Database);
        _bytes -= node.Value.Bytes;
        return node.Value.Tables;
    }

    private readonly record struct Entry(uint Database, BlockTables Tables, long Bytes);
}
