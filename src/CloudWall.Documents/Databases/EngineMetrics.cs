namespace CloudWall.Documents.Databases;

/// <summary>
/// What is counted of all databases of a node together, since the start. May be used from many threads. As in CouchDB, documents and local
/// documents count wherever they are written. Reads, changes and purges do not count in databases of the system, whose names begin with
/// <c>_</c>.
/// </summary>
public sealed class EngineMetrics
{
    private long _reads;
    private long _changes;
    private long _purges;
    private long _inserts;
    private long _writes;
    private long _localWrites;
    private long _commits;
    private long _joinedEdits;
    private long _joinedReplications;
    private long _rejections;

    /// <summary>Documents that were read: one for each body.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Requests to change a database's documents.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Requests to purge documents.</summary>
    public long Purges => Volatile.Read(ref _purges);

    /// <summary>Documents that were new when they were written.</summary>
    public long Inserts => Volatile.Read(ref _inserts);

    /// <summary>Documents that were written: one in each batch, whatever revisions it got.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Local documents that were written or deleted.</summary>
    public long LocalWrites => Volatile.Read(ref _localWrites);

    /// <summary>Batches that were written.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Edits that went into a batch with writes before them.</summary>
    public long JoinedEdits => Volatile.Read(ref _joinedEdits);

    /// <summary>Likewise, of replicated revisions.</summary>
    public long JoinedReplications => Volatile.Read(ref _joinedReplications);

    /// <summary>Documents that a validation function refused.</summary>
    public long Rejections => Volatile.Read(ref _rejections);

    internal void CountRead(string database) => Count(ref _reads, database);

    internal void CountChange(string database) => Count(ref _changes, database);

    internal void CountPurge(string database) => Count(ref _purges, database);

    internal void CountRejection() => Interlocked.Increment(ref _rejections);

    internal void CountJoined(WriteMode mode) =>
        Interlocked.Increment(ref mode == WriteMode.Interactive ? ref _joinedEdits : ref _joinedReplications);

    /// <summary>Counts what a batch wrote.</summary>
    internal void CountCommit(int inserts, int writes, int localWrites)
    {
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _inserts, inserts);
        Interlocked.Add(ref _writes, writes);
        Interlocked.Add(ref _localWrites, localWrites);
    }

    private static void Count(ref long counter, string database)
    {
        if (!database.StartsWith('_'))
        {
            Interlocked.Increment(ref counter);
        }
    }
}
