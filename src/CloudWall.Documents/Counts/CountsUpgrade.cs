using CloudWall.Documents.Changes;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>Upgrades data written before counts were stored. An interrupted upgrade starts again.</summary>
internal sealed class CountsUpgrade : IDisposable
{
    private const long BatchBytes = 1 << 20;

    private readonly KeyValueStore _store;
    private readonly uint _database;
    private readonly WriteBatch _batch;

    private CountsUpgrade(KeyValueStore store, uint database)
    {
        _store = store;
        _database = database;
        _batch = store.CreateBatch();
    }

    /// <summary>Counts one database's documents and rows, without a sync.</summary>
    public static void Run(KeyValueStore store, uint database, ulong seed)
    {
        using var upgrade = new CountsUpgrade(store, database);
        upgrade.Clear();
        upgrade.CountDocuments(seed);
        upgrade.CountRows();
        store.Commit(upgrade._batch, sync: false);
    }

    public void Dispose() => _batch.Dispose();

    private void Clear()
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref lower, _database);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, _database + 1);
        _batch.DeleteRange(Keyspace.Counts, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        Commit(atLeast: 0);
    }

    private void CountDocuments(ulong seed)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref lower, _database, []);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.RecordsEnd(ref upper, _database);
        using var records = _store.Scan(Keyspace.Documents, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        var blocks = new byte[CountBlocks.Levels + 1][];
        var counts = new long[CountBlocks.Levels + 1];
        Array.Fill(blocks, []);
        while (records.MoveNext())
        {
            var id = records.Key[Keys.RecordPrefix..];
            var height = DocumentCounts.Height(seed, id);
            for (var level = 1; level <= CountBlocks.Levels; level++)
            {
                if (level <= height)
                {
                    PutDocuments(level, blocks[level], counts[level]);
                    blocks[level] = id.ToArray();
                    counts[level] = 0;
                }

                counts[level] += DocumentRecordCodec.IsDeleted(records.Value) ? 0 : 1;
            }
        }

        for (var level = 1; level <= CountBlocks.Levels; level++)
        {
            PutDocuments(level, blocks[level], counts[level]);
        }
    }

    private void CountRows()
    {
        using var rows = StoredChangesCursor.ScanRows(_store, _database, 0, long.MaxValue - 1, descending: false);
        var blocks = new long[CountBlocks.Levels + 1];
        var counts = new long[CountBlocks.Levels + 1];
        while (rows.MoveNext())
        {
            var sequence = Keys.ReadSequence(rows.Key);
            for (var level = 1; level <= CountBlocks.Levels; level++)
            {
                var block = SequenceCounts.Floor(sequence, level);
                if (block != blocks[level])
                {
                    PutRows(level, blocks[level], counts[level]);
                    blocks[level] = block;
                    counts[level] = 0;
                }

                counts[level]++;
            }
        }

        for (var level = 1; level <= CountBlocks.Levels; level++)
        {
            PutRows(level, blocks[level], counts[level]);
        }
    }

    private void PutDocuments(int level, byte[] block, long count)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref key, _database, level, block);
        CountBlocks.Put(_batch, key.Written, count);
        key.Dispose();
        Commit(BatchBytes);
    }

    private void PutRows(int level, long block, long count)
    {
        if (count == 0)
        {
            return;
        }

        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref key, _database, level, block);
        CountBlocks.Put(_batch, key.Written, count);
        key.Dispose();
        Commit(BatchBytes);
    }

    private void Commit(long atLeast)
    {
        if (_batch.SizeInBytes >= atLeast)
        {
            _store.Commit(_batch, sync: false);
            _batch.Clear();
        }
    }
}
