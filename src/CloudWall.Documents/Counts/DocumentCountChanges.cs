using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>What one batch changes in <see cref="DocumentCounts"/>.</summary>
/// <param name="seed">What the hash is keyed with.</param>
internal sealed class DocumentCountChanges(ulong seed)
{
    private readonly List<Change> _changes = [];

    /// <summary>A document was created, deleted, revived or purged.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="by">How many more documents that are not deleted there are of that id: 1, 0 or -1.</param>
    /// <param name="created">Whether there was no record of it.</param>
    public void Add(string id, int by, bool created)
    {
        if (by == 0 && !created)
        {
            return;
        }

        var utf8 = Encoding.UTF8.GetBytes(id);
        var height = created ? DocumentCounts.Height(seed, utf8) : 0;
        if (by != 0 || height > 0)
        {
            _changes.Add(new Change(utf8, by, height));
        }
    }

    /// <summary>Puts the counts as they will be into the batch.</summary>
    /// <param name="stored">What is stored before the batch.</param>
    /// <param name="database">The database's number.</param>
    /// <param name="total">How many documents that are not deleted are stored.</param>
    /// <param name="batch">The batch.</param>
    public void Write(KeyValueReader stored, uint database, long total, WriteBatch batch)
    {
        if (_changes.Count == 0)
        {
            return;
        }

        _changes.Sort(static (a, b) => b.Id.AsSpan().SequenceCompareTo(a.Id));
        using var blocks = CountBlocks.Scan(stored, database, descending: true);
        for (var level = 1; level <= CountBlocks.Levels; level++)
        {
            Write(stored, blocks, database, total, batch, level);
        }
    }

    /// <summary>
    /// Goes from the last id to the first, so that all of one block follow each other and what a new block takes from the one that it
    /// parts is known when the latter's turn comes.
    /// </summary>
    private void Write(KeyValueReader stored, KeyValueCursor blocks, uint database, long total, WriteBatch batch, int level)
    {
        byte[]? block = null;
        byte[]? end = null;
        var count = 0L;
        var change = 0L;
        foreach (var document in _changes)
        {
            if (block is null || document.Id.AsSpan().SequenceCompareTo(block) < 0)
            {
                Put(batch, database, level, block, count + change);
                block = DocumentCounts.BlockOf(blocks, database, level, document.Id, out count);
                change = 0;
                end = null;
            }

            change += document.By;
            if (document.Height >= level && !document.Id.AsSpan().SequenceEqual(block))
            {
                end ??= NextBlock(stored, database, level, document.Id);
                var taken = CountStored(stored, database, level, total, document.Id, end);
                Put(batch, database, level, document.Id, taken + change);
                count -= taken;
                change = 0;
                end = document.Id;
            }
        }

        Put(batch, database, level, block, count + change);
    }

    private static void Put(WriteBatch batch, uint database, int level, byte[]? block, long count)
    {
        if (block is not null)
        {
            var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
            Keys.DocumentCount(ref key, database, level, block);
            CountBlocks.Put(batch, key.Written, count);
            key.Dispose();
        }
    }

    /// <summary>Where the block after an id begins; empty where there is none.</summary>
    private static byte[] NextBlock(KeyValueReader stored, uint database, int level, byte[] id)
    {
        using var counts = CountBlocks.Scan(stored, database);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref key, database, level, id);
        counts.Seek(key.Written);
        var found = counts.MoveNext() && counts.Key.StartsWith(key.Written[..Keys.DocumentCountPrefix]);
        key.Dispose();
        return found ? counts.Key[Keys.DocumentCountPrefix..].ToArray() : [];
    }

    /// <summary>How many documents the store counts from one id to before another; an empty one stands for the end.</summary>
    private static long CountStored(KeyValueReader stored, uint database, int level, long total, byte[] from, byte[] to)
    {
        if (level == 1)
        {
            return to.Length == 0
                ? DocumentCounts.CountDocuments(stored, database, from)
                : DocumentCounts.CountDocuments(stored, database, from, to);
        }

        var before = DocumentCounts.Before(stored, database, from);
        return (to.Length == 0 ? total : DocumentCounts.Before(stored, database, to)) - before;
    }

    /// <param name="Id">The id as UTF-8.</param>
    /// <param name="By">How many more documents there are of it.</param>
    /// <param name="Height">On how many levels it begins a block.</param>
    private readonly record struct Change(byte[] Id, int By, int Height);
}
