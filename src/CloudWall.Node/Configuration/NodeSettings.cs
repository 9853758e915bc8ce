using CloudWall.Access.Passwords;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Json;
using CloudWall.Node.Disk;
using CloudWall.Node.Logging;
using CloudWall.Scripting;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node.Configuration;

/// <summary>
/// The settings of a node that have nothing to do with HTTP, read once at start. Names and defaults are CouchDB 3.5's, exceptions say so.
/// </summary>
public sealed record NodeSettings
{
    /// <summary>How <see cref="SixteenthOfMemory"/> is written for people.</summary>
    public const string Sixteenth = "a sixteenth of the memory, 64 to 256 MiB";

    private const string CouchDb = "couchdb";
    private const string Own = "cloudwall";

    private static readonly Setting<bool> SingleNodeSetting = new(
        CouchDb, "single_node", SettingKinds.Boolean, true,
        "Whether _users and _replicator are made where they are missing. False in CouchDB.")
    { IsReadAtStart = true };

    private static readonly Setting<long> RequestMemorySetting = new(
        Own, "request_memory", SettingKinds.Number(1, long.MaxValue / 2), SixteenthOfMemory,
        "Bytes that the bodies of all requests, and what is made of them, take at a time, together (429). What can never fit is 413.", Sixteenth)
    { IsReadAtStart = true };

    private static readonly Setting<long> WriteMemorySetting = new(
        Own, "write_memory", SettingKinds.Number(1, long.MaxValue / 2), 64L << 20,
        "Bytes of prepared writes that wait for the disk (429).")
    { IsReadAtStart = true };

    private static readonly Setting<string> Engine = new(
        Own, "storage_engine", SettingKinds.Choice([.. StorageEngine.Names]), StorageEngine.Default,
        "What keeps the databases: rocksdb, or memory, which forgets them when the node ends.")
    { IsForFilesOnly = true };

    private static readonly Setting<long> ViewMemorySetting = new(
        Own, "view_memory", SettingKinds.Number(0, long.MaxValue / 2), 16L << 20, "Bytes that are kept in memory of views, for queries.")
    { IsReadAtStart = true };

    private static readonly Setting<int> MaxWaitingSetting = new(
        Own, "max_waiting", SettingKinds.Count(0), 500, "Requests that may wait for each kind of memory.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> WaitTimeoutSetting = new(
        Own, "wait_timeout", SettingKinds.Milliseconds(), TimeSpan.FromSeconds(30), "How long each of them may wait.")
    { IsReadAtStart = true };

    private static readonly Setting<long?> MaxDocumentSize = new(
        CouchDb, "max_document_size", SettingKinds.NumberOrInfinity(0), 8_000_000, "Bytes of a document, without its attachments (413).");

    private static readonly Setting<long?> MaxAttachmentSize = new(
        CouchDb, "max_attachment_size", SettingKinds.NumberOrInfinity(0), 1L << 30, "Bytes of an attachment (413).");

    private static readonly Setting<long?> MaxDocumentIdLength = new(
        CouchDb, "max_document_id_length", SettingKinds.NumberOrInfinity(1), null, "Bytes of a document's id (400).");

    private static readonly Setting<int> CompressionLevelSetting = new(
        "attachments", "compression_level", SettingKinds.Count(0, 9), 8, "How hard attachments are compressed, 0 for not at all.")
    { IsReadAtStart = true };

    private static readonly Setting<string> CompressibleTypesSetting = new(
        "attachments", "compressible_types", SettingKinds.Text, "text/*, application/javascript, application/json, application/xml",
        "Types of attachments that are compressed.")
    { IsReadAtStart = true };

    private static readonly Setting<int> Shards = new(
        "cluster", "q", SettingKinds.Count(1, 256), 1, "What a new database reports as its number of shards. It has one. 2 in CouchDB.")
    { IsReadAtStart = true };

    private static readonly Setting<string> Algorithm = new(
        "uuids", "algorithm", SettingKinds.Choice("sequential", "random", "utc_random", "utc_id"), "sequential", "How ids are made.");

    private static readonly Setting<string> Suffix = new(
        "uuids", "utc_id_suffix", SettingKinds.Text, string.Empty, "What ids of the algorithm utc_id end with.");

    private static readonly Setting<LogLevel> Level = new(
        "log",
        "level",
        SettingKinds.Choice(
            ("debug", LogLevel.Debug), ("info", LogLevel.Info), ("notice", LogLevel.Notice), ("warning", LogLevel.Warning), ("warn", LogLevel.Warning),
            ("error", LogLevel.Error), ("err", LogLevel.Error), ("critical", LogLevel.Error), ("crit", LogLevel.Error), ("alert", LogLevel.Error),
            ("emergency", LogLevel.Error), ("emerg", LogLevel.Error), ("none", LogLevel.None)),
        LogLevel.Warning,
        "What is logged. info in CouchDB, which writes a line for each request.");

    /// <summary>All settings of a node that have nothing to do with HTTP.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        SingleNodeSetting, RequestMemorySetting, WriteMemorySetting, Engine, ViewMemorySetting, MaxWaitingSetting, WaitTimeoutSetting, MaxDocumentSize,
        MaxAttachmentSize, MaxDocumentIdLength, CompressionLevelSetting, CompressibleTypesSetting, Shards, Algorithm, Suffix, Level,
        .. CompactionSettings.All, .. DiskSettings.All, .. PasswordSettings.All, .. AccessSettings.All, .. PersonalDatabaseSettings.All,
        .. ReplicationSettings.All, .. ScriptSettings.All, .. LocalSettings.All,
    ];

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

    /// <summary><c>[chttpd_auth]</c>: how passwords are hashed.</summary>
    public required PasswordOptions Passwords { get; init; }

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
    public static NodeSettings From(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new NodeSettings
        {
            SingleNode = settings.Get(SingleNodeSetting),
            RequestMemory = settings.Get(RequestMemorySetting),
            WriteMemory = settings.Get(WriteMemorySetting),
            Storage = settings.Get(Engine),
            ViewMemory = settings.Get(ViewMemorySetting),
            MaxWaiting = settings.Get(MaxWaitingSetting),
            WaitTimeout = settings.Get(WaitTimeoutSetting),
            Passwords = PasswordSettings.Read(settings),
            Limits = new DocumentLimits
            {
                MaxDocumentSize = settings.Get(MaxDocumentSize) ?? long.MaxValue,
                MaxAttachmentSize = settings.Get(MaxAttachmentSize) ?? long.MaxValue,
                MaxDocumentIdLength = settings.Get(MaxDocumentIdLength) is { } length ? (int)Math.Min(length, int.MaxValue) : null,
            },
            CompressionLevel = settings.Get(CompressionLevelSetting),
            CompressibleTypes = settings.Get(CompressibleTypesSetting),
            Compaction = CompactionSettings.Read(settings),
            Disk = DiskSettings.Read(settings),
            Replication = ReplicationSettings.Read(settings),
            Scripts = ScriptSettings.Read(settings),
            DefaultShards = settings.Get(Shards),
            UuidAlgorithm = settings.Get(Algorithm),
            UuidSuffix = settings.Get(Suffix),
            LogLevel = settings.Get(Level),
        };
    }

    /// <summary>
    /// How many bytes a document, or a row, in an answer of a peer may have. CouchDB counts an escaped character as one byte, and what a
    /// document is measured by leaves out its history.
    /// </summary>
    public int MaxPeerElement => (int)Math.Clamp((Math.Min(Limits.MaxDocumentSize, 1L << 40) * 8) + (1 << 20), 1 << 20, 1 << 30);

    /// <summary>What requests, and answers, may hold by default: a sixteenth of the machine's memory, from 64 to 256 MiB.</summary>
    public static long SixteenthOfMemory => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16, 64L << 20, 256L << 20);
}
