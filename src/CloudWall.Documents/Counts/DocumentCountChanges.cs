using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>The changes of one batch to <see cref="DocumentCounts"/>.</summary>
/// <param name="seed">The key of the hash.</param>
internal sealed class DocumentCountChanges(ulong seed)
{
    private readonly List<Change> _changes = [];

    /// <summary>Whether there are no changes.</summary>
    public bool IsEmpty => _changes.Count == 0;

    /// <summary>Records that a document was created, deleted, revived or purged.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="by">The change in the number of live documents: 1, 0 or -1.</param>
    /// <param name="created">Whether it had no record before.</param>
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

    /// <summary>Writes the new counts into the batch.</summary>
    /// <param name="stored">The store before the batch.</param>
    /// <param name="database">The database's number.</param>
    /// <param name="total">The stored number of documents that are not deleted.</param>
    /// <param name="known">The writer's last blocks; updated to the state after the batch.</param>
    /// <param name="tables">The loaded levels; updated to the state after the batch.</param>
    /// <param name="maxBytes">The maximum memory of the loaded levels.</param>
    /// <param name="batch">The batch.</param>
    public void Write(
        KeyValueReader stored, uint database, long total, DocumentBlocks known, BlockTables tables, long maxBytes, WriteBatch batch)
    {
        if (_changes.Count == 0)
        {
            return;
        }

        _changes.Sort(static (a, b) => b.Id.AsSpan().SequenceCompareTo(a.Id));
        using var blocks = new DocumentBlockReader(stored, database, known, tables);
        for (var level = 1; level <= CountBlocks.Levels; level++)
        {
            Read(stored, database, total, known, tables, maxBytes, level);
            var before = blocks.Searches;
            Write(stored, blocks, database, total, batch, level);
            known.CountSearches(level, blocks.Searches - before);
        }
    }

    /// <summary>Loads a level if that is worth it.</summary>
    private static void Read(
        KeyValueReader stored, uint database, long total, DocumentBlocks known, BlockTables tables, long maxBytes, int level)
    {
        if (tables[level] is not null || !known.IsWorthReading(level, total >> (level * CountBlocks.FanOutBits)))
        {
            return;
        }

        tables[level] = BlockTable.Load(stored, database, level, maxBytes - tables.Bytes);
        if (tables[level] is null)
        {
            known.MarkTooLarge(level);
        }
    }

    /// <summary>
    /// Processes ids in descending order, so that the ids of one block are adjacent. When a block's turn comes, the counts that new blocks
    /// take from it are known already.
    /// </summary>
    private void Write(KeyValueReader stored, DocumentBlockReader blocks, uint database, long total, WriteBatch batch, int level)
    {
        DocumentBlock? last = null;
        DocumentBlock? current = null;
        var change = 0L;
        foreach (var document in _changes)
        {
            if (current is null || document.Id.AsSpan().SequenceCompareTo(current.Start) < 0)
            {
                Put(current);
                current = blocks.Find(level, document.Id);
            }

            change += document.By;
            if (document.Height >= level && !document.Id.AsSpan().SequenceEqual(current.Start))
            {
                var end = current.End ?? blocks.EndOf(level, document.Id);
                var taken = CountStored(stored, database, level, total, document.Id, end);
                var rest = new DocumentBlock(current.Start, document.Id, current.Count - taken);
                Put(new DocumentBlock(document.Id, end, taken));
                current = rest;
            }
        }

        Put(current);
        blocks.Known[level] = last!;

        void Put(DocumentBlock? block)
        {
            if (block is not null)
            {
                block = block with { Count = block.Count + change };
                last ??= block;
                change = 0;
                DocumentCountChanges.Put(batch, database, level, block);
                blocks.Tables[level]?.Put(block);
            }
        }
    }

    private static void Put(WriteBatch batch, uint database, int level, DocumentBlock block)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref key, database, level, block.Start);
        CountBlocks.Put(batch, key.Written, block.Count);
        key.Dispose();
    }

    /// <summary>Counts stored documents from one id (inclusive) to another (exclusive); an empty id stands for the end.</summary>
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
    /// <param name="By">The change in the number of live documents.</param>
    /// <param name="Height">The number of levels on which it begins a block.</param>
    private readonly record struct Change(byte[] Id, int By, int Height);
}
