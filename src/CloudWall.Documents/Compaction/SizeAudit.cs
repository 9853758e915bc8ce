using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>Recomputes a database's sizes from its data: for data written before sizes were stored, and to verify stored sizes.</summary>
internal sealed class SizeAudit
{
    private readonly KeyValueReader _store;
    private readonly uint _database;
    private DatabaseSizes _sizes;

    private SizeAudit(KeyValueReader store, uint database)
    {
        _store = store;
        _database = database;
    }

    /// <summary>The sizes. Removed bytes that are not reclaimed yet cannot be determined; they are 0.</summary>
    public DatabaseSizes Sizes => _sizes;

    /// <summary>The number of leaves that refer to each content, by its SHA-256 in hexadecimal digits.</summary>
    public Dictionary<string, long> LeafReferences { get; } = [];

    /// <summary>Measures a database. The reader is a snapshot, or nothing writes meanwhile.</summary>
    public static SizeAudit Run(KeyValueReader store, uint database)
    {
        var audit = new SizeAudit(store, database);
        audit.ReadBodies();
        audit.ReadRecords();
        audit.Read(Keyspace.Sequences, ref audit._sizes.Rows);
        audit.Read(Keyspace.Local, ref audit._sizes.Local);
        return audit;
    }

    private void ReadBodies()
    {
        string? id = null;
        RevisionTree? tree = null;
        using var bodies = Scan(Keyspace.Bodies);
        while (bodies.MoveNext())
        {
            var entry = DatabaseSizes.Entry(bodies.Key.Length, bodies.Value.Length);
            _sizes.Bodies += entry;
            Keys.ReadBody(bodies.Key, out var thisId, out var revision);
            if (thisId != id)
            {
                id = thisId;
                tree = ReadTree(id);
            }

            if (tree is null || !tree.TryFindLeaf(revision, out _))
            {
                continue;
            }

            _sizes.LeafBodies += entry;
            _sizes.External += bodies.Value.Length - BodyCodec.Read(bodies.Value, out var attachments);
            foreach (var attachment in attachments)
            {
                _sizes.External += attachment.Length;
                var content = Convert.ToHexString(attachment.ContentId.Span);
                LeafReferences[content] = LeafReferences.GetValueOrDefault(content) + 1;
            }
        }
    }

    private void ReadRecords()
    {
        using var records = Scan(Keyspace.Documents);
        while (records.MoveNext())
        {
            if (Keys.IsUpload(records.Key))
            {
                continue;
            }

            _sizes.Records += DatabaseSizes.Entry(records.Key.Length, records.Value.Length);
            if (Keys.TryReadContent(records.Key, out var contentId))
            {
                var content = ContentRecord.Read(records.Value);
                _sizes.Content += content.StoredLength;
                _sizes.LeafContent += LeafReferences.ContainsKey(Convert.ToHexString(contentId)) ? content.StoredLength : 0;
            }
        }
    }

    private void Read(Keyspace space, ref long size)
    {
        using var entries = Scan(space);
        while (entries.MoveNext())
        {
            size += DatabaseSizes.Entry(entries.Key.Length, entries.Value.Length);
        }
    }

    private RevisionTree? ReadTree(string id)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref key, _database, id);
        using var value = _store.Get(Keyspace.Documents, key.Written);
        key.Dispose();
        return value.Found ? DocumentRecordCodec.Read(id, value.Span).Tree : null;
    }

    private KeyValueCursor Scan(Keyspace space)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref lower, _database);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, _database + 1);
        var cursor = _store.Scan(space, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        return cursor;
    }
}
