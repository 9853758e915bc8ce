namespace CloudWall.Documents.Databases;

/// <summary>
/// Counters of all databases of a node together, since its start. Thread-safe. As in CouchDB, documents and local documents count in every
/// database, but reads, changes and purges do not count in system databases, whose names begin with <c>_</c>.
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

    /// <summary>Document bodies read.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Requests that change a database's documents.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Requests to purge documents.</summary>
    public long Purges => Volatile.Read(ref _purges);

    /// <summary>New documents written.</summary>
    public long Inserts => Volatile.Read(ref _inserts);

    /// <summary>Documents written: one for each document of a batch, however many revisions it got.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Local documents written or deleted.</summary>
    public long LocalWrites => Volatile.Read(ref _localWrites);

    /// <summary>Batches committed.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Edits that joined a batch with earlier writes.</summary>
    public long JoinedEdits => Volatile.Read(ref _joinedEdits);

    /// <summary>Replicated revisions that joined a batch with earlier writes.</summary>
    public long JoinedReplications => Volatile.Read(ref _joinedReplications);

    /// <summary>Documents refused by a validation function.</summary>
    public long Rejections => Volatile.Read(ref _rejections);

    internal void CountRead(string database) => Count(ref _reads, database);

    internal void CountChange(string database) => Count(ref _changes, database);

    internal void CountPurge(string database) => Count(ref _purges, database);

    internal void CountRejection() => Interlocked.Increment(ref _rejections);

    internal void CountJoined(WriteMode mode) =>
        Interlocked.Increment(ref mode == WriteMode.Interactive ? ref _joinedEdits : ref _joinedReplications);

    /// <summary>Counts a committed batch.</summary>
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
