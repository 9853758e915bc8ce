using System.Buffers;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// Upgrades data written before sizes were stored: measures it, and counts the leaves that refer to each content. An interrupted upgrade
/// starts again.
/// </summary>
internal static class SizesUpgrade
{
    private const long BatchBytes = 1 << 20;

    /// <summary>Upgrades one database, without a sync.</summary>
    public static void Run(KeyValueStore store, uint database)
    {
        using var batch = store.CreateBatch();
        var value = new ArrayBufferWriter<byte>(64);

        // Measure twice: the records of content grow when the number of leaves is added.
        CountLeaves(store, database, SizeAudit.Run(store, database), batch, value);
        store.Commit(batch, sync: false);
        batch.Clear();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref key, database);
        var state = DatabaseState.Read(store.GetBytes(Keyspace.Meta, key.Written)
            ?? throw new InvalidDataException("A database has no state."));
        state.Sizes = SizeAudit.Run(store, database).Sizes;
        value.ResetWrittenCount();
        state.Write(value);
        batch.Put(Keyspace.Meta, key.Written, value.WrittenSpan);
        key.Dispose();
        store.Commit(batch, sync: false);
    }

    private static void CountLeaves(KeyValueStore store, uint database, SizeAudit audit, WriteBatch batch, ArrayBufferWriter<byte> value)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Contents(ref lower, database);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.ContentsEnd(ref upper, database);
        using var contents = store.Scan(Keyspace.Documents, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        while (contents.MoveNext())
        {
            var record = ContentRecord.Read(contents.Value);
            var address = Convert.ToHexString(contents.Key[Keys.RecordPrefix..]);
            value.ResetWrittenCount();
            (record with { LeafReferences = audit.LeafReferences.GetValueOrDefault(address) }).Write(value);
            batch.Put(Keyspace.Documents, contents.Key, value.WrittenSpan);
            if (batch.SizeInBytes >= BatchBytes)
            {
                store.Commit(batch, sync: false);
                batch.Clear();
            }
        }
    }
}
