using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The state shared by all parts of a database: its location in the store, its counters as visible to readers, and point reads.
/// </summary>
internal sealed class DatabaseCore : IDisposable
{
    private readonly Lock _gate = new();
    private bool _isScheduled;
    private long _designVersion;
    private readonly CancellationTokenSource _closing = new();
    private readonly HiddenMember? _hidden;
    private volatile StateBox? _state;
    private volatile SecurityBox? _security;
    private volatile DocumentError _closedBecause = DatabaseErrors.Stopping;

    public DatabaseCore(string name, CatalogueRecord record, EngineContext context)
    {
        Name = name;
        Record = record;
        Number = record.Number;
        Incarnation = record.Incarnation;
        Description = new DatabaseOptions(record.Partitioned, record.Shards);
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.CreatedAt);
        Context = context;
        _hidden = context.Options.HiddenMember?.Invoke(name) is { } hidden ? new HiddenMember(hidden) : null;
        Contents = new ContentStore(this);
        Closing = _closing.Token;
    }

    public string Name { get; }

    /// <summary>Its catalogue entry.</summary>
    public CatalogueRecord Record { get; }

    public uint Number { get; }

    public string Incarnation { get; }

    public DatabaseOptions Description { get; }

    public DateTimeOffset CreatedAt { get; }

    public EngineContext Context { get; }

    public KeyValueStore Store => Context.Store;

    public EngineOptions Options => Context.Options;

    public TimeProvider Time => Context.Time;

    public DatabaseUpdates Updates => Context.Updates;

    /// <summary>The key of the hash that chooses the block boundaries of document counts.</summary>
    public ulong CountSeed => Context.CountSeed;

    /// <summary>The writer's cache of document count blocks; null after a failed batch.</summary>
    public DocumentBlocks? Blocks { get; set; }

    public CompressibleTypes CompressibleTypes => Context.CompressibleTypes;

    public ContentStore Contents { get; }

    public ChangeSignal Changed { get; } = new();

    public CancellationToken Closing { get; }

    public bool IsClosed => _closing.IsCancellationRequested;

    /// <summary>Increases with every batch that changed a design document.</summary>
    public long DesignVersion => Volatile.Read(ref _designVersion);

    /// <summary>How many tree nodes and leaves the writer has visited. Tests compare it with the size of the writes.</summary>
    public long WriteSteps { get; set; }

    /// <summary>The database's compactor.</summary>
    public Compactor? Compactor { get; set; }

    /// <summary>Whether the database is scheduled for a check or a compaction. Used only by <see cref="AutoCompaction"/>.</summary>
    public bool IsScheduled
    {
        get => Volatile.Read(ref _isScheduled);
        set => Volatile.Write(ref _isScheduled, value);
    }

    /// <summary>The earliest time of the next check. Used only by <see cref="AutoCompaction"/>.</summary>
    public DateTimeOffset NextCheck { get; set; }

    /// <summary>Counters and limits as of the last visible batch; loaded from the store on first use.</summary>
    public DatabaseState State => (_state ?? LoadState()).Value;

    public ReadOnlyMemory<byte>? Security
    {
        get
        {
            if (_security is { } known)
            {
                return known.Json;
            }

            lock (_gate)
            {
                if (_security is null)
                {
                    var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
                    Keys.Security(ref key, Number);
                    var stored = Store.GetBytes(Keyspace.Meta, key.Written);
                    key.Dispose();
                    _security = new SecurityBox(stored is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(stored));
                }

                return _security.Json;
            }
        }
    }

    /// <summary>Makes a committed batch visible to readers and wakes those that wait for changes.</summary>
    public void Publish(DatabaseState state, ReadOnlyMemory<byte>? security, bool designsChanged)
    {
        if (designsChanged)
        {
            Interlocked.Increment(ref _designVersion);
        }

        if (security is not null)
        {
            // A reader may have loaded the state just before the commit; its older value must not replace the new one.
            lock (_gate)
            {
                _security = new SecurityBox(security);
            }
        }

        var moved = _state is null || _state.Value.UpdateSequence != state.UpdateSequence;
        _state = new StateBox(state);
        if (moved)
        {
            Changed.Raise();
            Updates.Add(Name, DatabaseUpdateKind.Updated);
        }

        Context.Compaction.OnWrite(this);
    }

    /// <summary>Ends long reads and waits.</summary>
    public void Close(DocumentError reason)
    {
        _closedBecause = reason;
        try
        {
            _closing.Cancel();
        }
        finally
        {
            Changed.Raise();
        }
    }

    /// <summary>Throws if the database was deleted or the node is stopping.</summary>
    /// <exception cref="DocumentException">The database is closed.</exception>
    public void ThrowIfClosed()
    {
        if (IsClosed)
        {
            throw new DocumentException(_closedBecause);
        }
    }

    /// <summary>Releases the resources for closing. Readers may still hold the token.</summary>
    public void Dispose() => _closing.Dispose();

    public DocumentRecord? Find(string id) => Find(Store, id);

    /// <summary>
    /// Loads the older ancestors of a document that may change concurrently, which adds and deletes pages. Ancestors that were stemmed
    /// meanwhile are left out. If the document changed otherwise, the record is updated to the present state.
    /// </summary>
    public void LoadAncestors(DocumentRecord record)
    {
        if (record.Tree.TailCount == 0)
        {
            return;
        }

        using var snapshot = Store.Snapshot();
        var now = Find(snapshot, record.Id) ?? throw new DocumentException(DocumentError.Missing);
        LoadAncestors(snapshot, record.Id, now.Tree);
        if (now.Sequence == record.Sequence || !record.Tree.TryAttachTail(now.Tree))
        {
            record.ReplaceWith(now);
        }
    }

    /// <summary>Loads the older ancestors of a document that cannot change concurrently: for the writer.</summary>
    public void LoadAncestors(string id, RevisionTree tree) => LoadAncestors(Store, id, tree);

    private DocumentRecord? Find(KeyValueReader reader, string id)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref key, Number, id);
        using var value = reader.Get(Keyspace.Documents, key.Written);
        key.Dispose();
        return value.Found ? DocumentRecordCodec.Read(id, value.Span) : null;
    }

    private void LoadAncestors(KeyValueReader reader, string id, RevisionTree tree)
    {
        if (tree.TailCount == 0)
        {
            return;
        }

        var pages = new List<AncestorPage>();
        foreach (var index in tree.TailPages())
        {
            using var value = ReadAncestors(reader, id, index);
            if (value.Found)
            {
                pages.Add(RevisionTreeCodec.ReadPage(index, value.Span));
            }
        }

        tree.AttachTail(pages);
    }

    public StoredRevision? Read(string id, RevisionId revision)
    {
        var value = ReadBody(id, revision);
        if (!value.Found)
        {
            value.Dispose();
            return null;
        }

        return Decode(value);
    }

    /// <summary>Decodes a stored revision. Every read of a body goes through this method, which leaves out the hidden member.</summary>
    /// <param name="value">The stored revision, owned by the result.</param>
    public StoredRevision Decode(PinnedValue value)
    {
        var offset = BodyCodec.Read(value.Span, out var attachments);
        return new StoredRevision(value, offset, attachments) { Shown = _hidden?.Without(value.Span[offset..]) };
    }

    public bool HasBody(string id, RevisionId revision)
    {
        using var value = ReadBody(id, revision);
        return value.Found;
    }

    /// <summary>Bodies of local documents up to this size are copied, so that they do not pin memory of the store.</summary>
    public const int LongestCopiedLocal = 64 * 1024;

    public LocalDocument? FindLocal(string id)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Local(ref key, Number, id);
        var value = Store.Get(Keyspace.Local, key.Written);
        key.Dispose();
        if (value.Found && value.Span.Length > LongestCopiedLocal)
        {
            var reader = new RecordReader(value.Span);
            var revision = reader.Number();
            return new LocalDocument(id, revision, value.Memory[^reader.Rest.Length..]) { Stored = value };
        }

        using (value)
        {
            return value.Found ? ReadLocal(id, value.Span) : null;
        }
    }

    public static LocalDocument ReadLocal(string id, ReadOnlySpan<byte> value)
    {
        var reader = new RecordReader(value);
        var revision = reader.Number();
        return new LocalDocument(id, revision, reader.Rest.ToArray());
    }

    public static LocalDocument ReadLocal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        ReadLocal(Encoding.UTF8.GetString(key[4..]), value);

    /// <summary>Creates a cursor over all data of the database in a keyspace.</summary>
    public KeyValueCursor ScanDatabase(Keyspace space, bool descending = false)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref lower, Number);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, Number + 1);
        var cursor = Store.Scan(space, lower.Written, upper.Written, descending);
        lower.Dispose();
        upper.Dispose();
        return cursor;
    }

    private PinnedValue ReadAncestors(KeyValueReader reader, string id, long page)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Ancestors(ref key, Number, id, page);
        var value = reader.Get(Keyspace.Documents, key.Written);
        key.Dispose();
        return value;
    }

    private PinnedValue ReadBody(string id, RevisionId revision)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Body(ref key, Number, id, revision);
        var value = Store.Get(Keyspace.Bodies, key.Written);
        key.Dispose();
        return value;
    }

    /// <summary>Reads the state without caching it.</summary>
    public DatabaseState PeekState() => (_state ?? ReadState()).Value;

    private StateBox ReadState()
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref key, Number);
        using var value = Store.Get(Keyspace.Meta, key.Written);
        key.Dispose();
        return new StateBox(value.Found
            ? DatabaseState.Read(value.Span)
            : throw new InvalidDataException($"The database {Name} has no state."));
    }

    private StateBox LoadState()
    {
        lock (_gate)
        {
            _state ??= ReadState();
            return _state;
        }
    }

    private sealed class StateBox(DatabaseState value)
    {
        public readonly DatabaseState Value = value;
    }

    private sealed class SecurityBox(ReadOnlyMemory<byte>? json)
    {
        public readonly ReadOnlyMemory<byte>? Json = json;
    }
}
