
namespace CloudWall.Documents.Counts;

/// <summary>
/// The <see cref="BlockTables"/> of all databases of a node, within a bound; the ones that were used least recently go first. A writer
/// takes its own out for the time of a batch, so that they are lost, and read anew, if the batch fails.
/// </summary>
/// <param name="maxBytes">How much memory they may take.</param>
internal sealed class BlockTableCache(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, LinkedListNode<Entry>> _tables = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _bytes;

    /// <summary>How much memory the tables of one database may take.</summary>
    public long MaxBytes => maxBytes;

    /// <summary>Takes out a database's tables; null where none are in memory.</summary>
    public BlockTables? Take(uint database)
    {
        lock (_gate)
        {
            return _tables.TryGetValue(database, out var node) ? Remove(node) : null;
        }
    }

    /// <summary>Puts back a database's tables, as they are now.</summary>
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
