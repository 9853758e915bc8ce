using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>All document blocks of one level in memory, for a writer that touches blocks in random order.</summary>
internal sealed class BlockTable
{
    // An entry, an array, and rounding.
    private const int EntryBytes = 48;

    private readonly List<Entry> _entries = [];

    private BlockTable()
    {
    }

    /// <summary>Approximate memory in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Loads a level.</summary>
    /// <returns>Null if it would take more than <paramref name="maxBytes"/>.</returns>
    public static BlockTable? Load(KeyValueReader stored, uint database, int level, long maxBytes)
    {
        var table = new BlockTable();
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref lower, database, level, []);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref upper, database, level + 1, []);
        using var blocks = stored.Scan(Keyspace.Counts, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        while (blocks.MoveNext())
        {
            table.Insert(table._entries.Count, blocks.Key[Keys.DocumentCountPrefix..].ToArray(), CountBlocks.Read(blocks.Value));
            if (table.Bytes > maxBytes)
            {
                return null;
            }
        }

        return table;
    }

    /// <summary>Finds the block that contains an id.</summary>
    public DocumentBlock Find(byte[] id)
    {
        var at = IndexOf(id);
        var end = at + 1 < _entries.Count ? _entries[at + 1].Start : [];
        return at < 0 ? new DocumentBlock([], end, 0) : new DocumentBlock(_entries[at].Start, end, _entries[at].Count);
    }

    /// <summary>The start of the next block after an id; empty if there is none.</summary>
    public byte[] EndOf(byte[] id)
    {
        var next = IndexOf(id) + 1;
        return next < _entries.Count ? _entries[next].Start : [];
    }

    /// <summary>Stores a block's new state.</summary>
    public void Put(DocumentBlock block)
    {
        var at = IndexOf(block.Start);
        if (at >= 0 && _entries[at].Start.AsSpan().SequenceEqual(block.Start))
        {
            _entries[at] = new Entry(_entries[at].Start, block.Count);
        }
        else
        {
            Insert(at + 1, block.Start, block.Count);
        }
    }

    private void Insert(int at, byte[] start, long count)
    {
        _entries.Insert(at, new Entry(start, count));
        Bytes += EntryBytes + start.Length;
    }

    /// <summary>The index of the block that contains an id; -1 if the id precedes all blocks.</summary>
    private int IndexOf(byte[] id)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (id.AsSpan().SequenceCompareTo(_entries[middle].Start) < 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low - 1;
    }

    private readonly record struct Entry(byte[] Start, long Count);
}
