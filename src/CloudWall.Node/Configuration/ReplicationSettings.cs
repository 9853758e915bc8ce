using CloudWall.Replication.Jobs;
using CloudWall.Replication.Requests;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>How databases are replicated: CouchDB's <c>[replicator]</c> (its documentation: "Replicator").</summary>
/// <param name="Defaults">For what a request does not say.</param>
/// <param name="Scheduler">How jobs share the node.</param>
public sealed record ReplicationSettings(ReplicationOptions Defaults, SchedulerSettings Scheduler)
{
    private const string Section = "replicator";

    private static readonly Setting<bool> UseCheckpoints = new(
        Section, "use_checkpoints", SettingKinds.Boolean, true, "Whether both sides note how far a replication got.");

    private static readonly Setting<bool> UseBulkGet = new(
        Section, "use_bulk_get", SettingKinds.Boolean, true, "Whether revisions are fetched many at a time, from peers that can.");

    private static readonly Setting<TimeSpan> CheckpointInterval = new(
        Section, "checkpoint_interval", SettingKinds.Milliseconds(), TimeSpan.FromSeconds(30), "How often a checkpoint is written.");

    private static readonly Setting<int> BatchSize = new(
        Section, "worker_batch_size", SettingKinds.Count(1, 100_000), 500, "Changes in one batch of a replication.");

    private static readonly Setting<int> Workers = new(
        Section, "worker_processes", SettingKinds.Count(1, 100), 4, "Batches of one replication that are on their way at a time.");

    private static readonly Setting<int> Connections = new(
        Section, "http_connections", SettingKinds.Count(1, 1000), 20, "Connections of one replication to a peer.");

    private static readonly Setting<TimeSpan> ConnectionTimeout = new(
        Section, "connection_timeout", SettingKinds.Milliseconds(), TimeSpan.FromSeconds(30), "How long a peer may say nothing.");

    private static readonly Setting<int> Retries = new(
        Section, "retries_per_request", SettingKinds.Count(0, 1000), 5, "How often a request that failed is made again.");

    private static readonly Setting<int> MaxJobs = new(
        Section, "max_jobs", SettingKinds.Count(1), 1000, "Replications that run at a time. The others take turns.")
    { IsReadAtStart = true };

    private static readonly Setting<int> MaxChurn = new(
        Section, "max_churn", SettingKinds.Count(1), 20, "Replications that give their turn up at a time.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> Interval = new(
        Section, "interval", SettingKinds.Milliseconds(), TimeSpan.FromMinutes(1), "How often turns change.")
    { IsReadAtStart = true };

    private static readonly Setting<int> MaxHistory = new(
        Section, "max_history", SettingKinds.Count(1, 1000), 20, "Events of a replication that are remembered.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> MaxBackoff = new(
        Section, "max_backoff", SettingKinds.Seconds(1, 86_400), TimeSpan.FromMinutes(5),
        "How long a replication that failed waits at most, until it is tried again.")
    { IsReadAtStart = true };

    /// <summary>All settings of replication.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        UseCheckpoints, UseBulkGet, CheckpointInterval, BatchSize, Workers, Connections, ConnectionTimeout, Retries, MaxJobs, MaxChurn, Interval,
        MaxHistory, MaxBackoff,
    ];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ReplicationSettings Read(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ReplicationSettings(
            new ReplicationOptions
            {
                UseCheckpoints = settings.Get(UseCheckpoints),
                UseBulkGet = settings.Get(UseBulkGet),
                CheckpointInterval = settings.Get(CheckpointInterval),
                BatchSize = settings.Get(BatchSize),
                Workers = settings.Get(Workers),
                Connections = settings.Get(Connections),
                ConnectionTimeout = settings.Get(ConnectionTimeout),
                Retries = settings.Get(Retries),
            },
            new SchedulerSettings
            {
                MaxJobs = settings.Get(MaxJobs),
                MaxChurn = settings.Get(MaxChurn),
                Interval = settings.Get(Interval),
                MaxHistory = settings.Get(MaxHistory),
                MaxBackoff = settings.Get(MaxBackoff),
            });
    }
}
