using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>What one batch changes in <see cref="DocumentCounts"/>.</summary>
/// <param name="seed">What the hash is keyed with.</param>
internal sealed class DocumentCountChanges(ulong seed)
{
    private readonly List<Change> _changes = [];

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => _changes.Count == 0;

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
    /// <param name="known">What is known of blocks; becomes what will be known when the batch is written.</param>
    /// <param name="tables">The levels that are in memory; become what they will be when the batch is written.</param>
    /// <param name="maxBytes">How much memory they may take.</param>
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
            var before = blocks.Sought;
            Write(stored, blocks, database, total, batch, level);
            known.Sought(level, blocks.Sought - before);
        }
    }

    /// <summary>Takes a level into memory where that is worth it.</summary>
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
            known.IsTooLarge(level);
        }
    }

    /// <summary>
    /// Goes from the last id to the first, so that all of one block follow each other and what a new block takes from the one that it
    /// parts is known when the latter's turn comes.
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
