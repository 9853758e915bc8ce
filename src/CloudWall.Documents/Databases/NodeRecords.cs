using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Records of the node itself, which belong to no database and leave the node by no replication. Thread-safe.</summary>
public sealed class NodeRecords
{
    private readonly KeyValueStore _store;

    /// <summary>Opens the records of a node.</summary>
    /// <param name="store">The store of its databases.</param>
    public NodeRecords(KeyValueStore store) => _store = store;

    /// <summary>Reads a record; null where there is none.</summary>
    public byte[]? Find(string name)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.NodeRecord(ref key, name);
        var value = _store.GetBytes(Keyspace.Meta, key.Written);
        key.Dispose();
        return value;
    }

    /// <summary>Reads all records whose names begin with something, in the order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> ReadAll(string prefix)
    {
        var first = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.NodeRecord(ref first, prefix);
        var found = new List<KeyValuePair<string, byte[]>>();
        using var rows = _store.Scan(Keyspace.Meta, first.Written, Keys.NodeRecordsEnd);
        while (rows.MoveNext() && rows.Key.StartsWith(first.Written))
        {
            found.Add(KeyValuePair.Create(Encoding.UTF8.GetString(rows.Key[1..]), rows.Value.ToArray()));
        }

        first.Dispose();
        return found;
    }

    /// <summary>Writes a record durably.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public void Put(string name, ReadOnlySpan<byte> value)
    {
        using var batch = _store.CreateBatch();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.NodeRecord(ref key, name);
        batch.Put(Keyspace.Meta, key.Written, value);
        key.Dispose();
        _store.Commit(batch, sync: true);
    }

    /// <summary>Deletes a record durably.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public void Delete(string name)
    {
        using var batch = _store.CreateBatch();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.NodeRecord(ref key, name);
        batch.Delete(Keyspace.Meta, key.Written);
        key.Dispose();
        _store.Commit(batch, sync: true);
    }
}
