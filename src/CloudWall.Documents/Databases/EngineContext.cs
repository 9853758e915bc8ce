using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Counts;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>What all databases of a node share, so that each of them need not have it.</summary>
internal sealed class EngineContext
{
    public EngineContext(KeyValueStore store, EngineOptions options, TimeProvider time, DatabaseUpdates updates)
    {
        Store = store;
        Options = options;
        Time = time;
        Updates = updates;
        CompressibleTypes = new CompressibleTypes(options.CompressibleTypes);
        Compaction = new AutoCompaction(time, options);
        Dropped = new DroppedDatabases(this);
        Queue = new AdmissionGate(
            options.MaxQueuedBytes, options.MaxWaitingWrites, options.WriteTimeout, DatabaseErrors.TooManyWrites, time);
    }

    public KeyValueStore Store { get; }

    public EngineOptions Options { get; }

    public TimeProvider Time { get; }

    public DatabaseUpdates Updates { get; }

    public EngineMetrics Metrics { get; } = new();

    public CompressibleTypes CompressibleTypes { get; }

    /// <summary>The memory that prepared writes hold until they are done.</summary>
    public AdmissionGate Queue { get; }

    /// <summary>What compacts databases by itself.</summary>
    public AutoCompaction Compaction { get; }

    /// <summary>Deleted databases whose space is yet to be returned.</summary>
    public DroppedDatabases Dropped { get; }

    /// <summary>Compressed contents that were found to be sound.</summary>
    public SoundContents SoundContents { get; } = new();

    /// <summary>The counts of documents that are in memory for writers; 8 MiB hold those of about ten million documents.</summary>
    public BlockTableCache BlockTables { get; } = new(8L << 20);

    /// <summary>What the hash is keyed with that chooses where blocks of counted documents begin.</summary>
    public ulong CountSeed { get; set; }
}
