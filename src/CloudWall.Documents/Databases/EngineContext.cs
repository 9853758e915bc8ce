using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Counts;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Services shared by all databases of a node.</summary>
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

    /// <summary>The memory for prepared writes, held until they are committed.</summary>
    public AdmissionGate Queue { get; }

    /// <summary>Schedules automatic compaction.</summary>
    public AutoCompaction Compaction { get; }

    /// <summary>Deleted databases whose disk space is not reclaimed yet.</summary>
    public DroppedDatabases Dropped { get; }

    /// <summary>Compressed contents that were verified.</summary>
    public SoundContents SoundContents { get; } = new();

    /// <summary>A cache of document count blocks for writers; 8 MiB cover about ten million documents.</summary>
    public BlockTableCache BlockTables { get; } = new(8L << 20);

    /// <summary>The key of the hash that chooses the block boundaries of document counts.</summary>
    public ulong CountSeed { get; set; }
}
