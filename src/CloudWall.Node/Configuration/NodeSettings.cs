using CloudWall.Documents.Compaction;
using CloudWall.Documents.Json;
using CloudWall.Node.Disk;
using CloudWall.Node.Logging;
using CloudWall.Scripting;
using CloudWall.Storage;

namespace CloudWall.Node.Configuration;

/// <summary>
/// The settings of a node that have nothing to do with HTTP, read once at start. Names and defaults are CouchDB 3.5's, exceptions say so.
/// </summary>
public sealed record NodeSettings
{
    /// <summary>
    /// <c>[couchdb] single_node</c>: whether <c>_users</c> and <c>_replicator</c> are made where they are missing. True here, false in
    /// CouchDB.
    /// </summary>
    public required bool SingleNode { get; init; }

    /// <summary>
    /// <c>[cloudwall] request_memory</c> in bytes: what the bodies of all requests, and what is made of them, may take together. By
    /// default a sixteenth of the machine's memory, from 64 to 256 MiB.
    /// </summary>
    public required long RequestMemory { get; init; }

    /// <summary><c>[cloudwall] write_memory</c> in bytes: what prepared writes may take that wait for the disk.</summary>
    public required long WriteMemory { get; init; }

    /// <summary><c>[cloudwall] storage_engine</c>: what keeps the databases, one of <see cref="StorageEngine.Names"/>.</summary>
    public required string Storage { get; init; }

    /// <summary><c>[cloudwall] view_memory</c> in bytes: what may be kept in memory of views, for queries.</summary>
    public required long ViewMemory { get; init; }

    /// <summary>
    /// <c>[cloudwall] max_waiting</c>: how many requests may wait for <see cref="RequestMemory"/>, for <see cref="WriteMemory"/>, and for the
    /// memory of answers.
    /// </summary>
    public required int MaxWaiting { get; init; }

    /// <summary><c>[cloudwall] wait_timeout</c>: how long each may wait.</summary>
    public required TimeSpan WaitTimeout { get; init; }

    /// <summary><c>[chttpd_auth] iterations</c>: of hashing a new password.</summary>
    public required int PasswordIterations { get; init; }

    /// <summary><c>[couchdb] max_document_size</c>, <c>max_attachment_size</c>, <c>max_document_id_length</c>.</summary>
    public required DocumentLimits Limits { get; init; }

    /// <summary><c>[attachments] compression_level</c>.</summary>
    public required int CompressionLevel { get; init; }

    /// <summary><c>[attachments] compressible_types</c>.</summary>
    public required string CompressibleTypes { get; init; }

    /// <summary><c>[smoosh]</c> and <c>[smoosh.{channel}]</c>: compaction in the background.</summary>
    public required CompactionOptions Compaction { get; init; }

    /// <summary><c>[disk_monitor]</c> and <c>[cloudwall] disk_reserve</c>.</summary>
    public required DiskSettings Disk { get; init; }

    /// <summary><c>[replicator]</c>.</summary>
    public required ReplicationSettings Replication { get; init; }

    /// <summary><c>[couchdb] os_process_timeout</c> and <c>[query_server_config]</c>.</summary>
    public required ScriptHostOptions Scripts { get; init; }

    /// <summary><c>[cluster] q</c>: what a new database reports as its number of shards; it has one. 1 here, 2 in CouchDB.</summary>
    public required int DefaultShards { get; init; }

    /// <summary><c>[uuids] algorithm</c>: <c>sequential</c>, <c>random</c>, <c>utc_random</c> or <c>utc_id</c>.</summary>
    public required string UuidAlgorithm { get; init; }

    /// <summary><c>[uuids] utc_id_suffix</c>.</summary>
    public required string UuidSuffix { get; init; }

    /// <summary><c>[log] level</c>. <c>warning</c> here, <c>info</c> in CouchDB, which writes a line for each request.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static NodeSettings From(Settings settings) => new()
    {
        SingleNode = settings.Boolean("couchdb", "single_node", true),
        RequestMemory = settings.Number("cloudwall", "request_memory", SixteenthOfMemory, 1, long.MaxValue / 2),
        WriteMemory = settings.Number("cloudwall", "write_memory", 64L << 20, 1, long.MaxValue / 2),
        Storage = settings.Choice("cloudwall", "storage_engine", StorageEngine.Default, [.. StorageEngine.Names]),
        ViewMemory = settings.Number("cloudwall", "view_memory", 16L << 20, 0, long.MaxValue / 2),
        MaxWaiting = (int)settings.Number("cloudwall", "max_waiting", 500, 0, int.MaxValue),
        WaitTimeout = TimeSpan.FromMilliseconds(settings.Number("cloudwall", "wait_timeout", 30_000, 1, int.MaxValue)),
        PasswordIterations = (int)settings.Number("chttpd_auth", "iterations", 600_000, 1, 1_000_000_000),
        Limits = new DocumentLimits
        {
            MaxDocumentSize = settings.NumberOrInfinity("couchdb", "max_document_size", 8_000_000, 0) ?? long.MaxValue,
            MaxAttachmentSize = settings.NumberOrInfinity("couchdb", "max_attachment_size", 1L << 30, 0) ?? long.MaxValue,
            MaxDocumentIdLength = settings.NumberOrInfinity("couchdb", "max_document_id_length", null, 1) is { } length
                ? (int)Math.Min(length, int.MaxValue)
                : null,
        },
        CompressionLevel = (int)settings.Number("attachments", "compression_level", 8, 0, 9),
        CompressibleTypes = settings.Text(
            "attachments", "compressible_types", "text/*, application/javascript, application/json, application/xml"),
        Compaction = CompactionSettings.Read(settings),
        Disk = DiskSettings.Read(settings),
        Replication = ReplicationSettings.Read(settings),
        Scripts = ScriptSettings.Read(settings),
        DefaultShards = (int)settings.Number("cluster", "q", 1, 1, 256),
        UuidAlgorithm = settings.Choice("uuids", "algorithm", "sequential", "sequential", "random", "utc_random", "utc_id"),
        UuidSuffix = settings.Text("uuids", "utc_id_suffix", string.Empty),
        LogLevel = ReadLogLevel(settings),
    };

    /// <summary>
    /// How many bytes a document, or a row, in an answer of a peer may have. CouchDB counts an escaped character as one byte, and what a
    /// document is measured by leaves out its history.
    /// </summary>
    public int MaxPeerElement => (int)Math.Clamp((Math.Min(Limits.MaxDocumentSize, 1L << 40) * 8) + (1 << 20), 1 << 20, 1 << 30);

    /// <summary>What requests, and answers, may hold by default: a sixteenth of the machine's memory, from 64 to 256 MiB.</summary>
    public static long SixteenthOfMemory => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16, 64L << 20, 256L << 20);

    private static LogLevel ReadLogLevel(Settings settings)
    {
        var text = settings.Choice(
            "log", "level", "warning", "debug", "info", "notice", "warning", "warn", "error", "err", "critical", "crit", "alert", "emergency", "emerg", "none");
        return text switch
        {
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Info,
            "notice" => LogLevel.Notice,
            "warning" or "warn" => LogLevel.Warning,
            "none" => LogLevel.None,
            _ => LogLevel.Error,
        };
    }
}
