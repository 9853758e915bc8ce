using CloudWall.Replication.Jobs;
using CloudWall.Replication.Requests;

namespace CloudWall.Node.Configuration;

/// <summary>How databases are replicated: CouchDB's <c>[replicator]</c> (its documentation: "Replicator").</summary>
/// <param name="Defaults">For what a request does not say.</param>
/// <param name="Scheduler">How jobs share the node.</param>
public sealed record ReplicationSettings(ReplicationOptions Defaults, SchedulerSettings Scheduler)
{
    private const string Section = "replicator";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ReplicationSettings Read(Settings settings) => new(
        new ReplicationOptions
        {
            UseCheckpoints = settings.Boolean(Section, "use_checkpoints", true),
            UseBulkGet = settings.Boolean(Section, "use_bulk_get", true),
            CheckpointInterval = Milliseconds(settings, "checkpoint_interval", 30_000),
            BatchSize = (int)settings.Number(Section, "worker_batch_size", 500, 1, 100_000),
            Workers = (int)settings.Number(Section, "worker_processes", 4, 1, 100),
            Connections = (int)settings.Number(Section, "http_connections", 20, 1, 1000),
            ConnectionTimeout = Milliseconds(settings, "connection_timeout", 30_000),
            Retries = (int)settings.Number(Section, "retries_per_request", 5, 0, 1000),
        },
        new SchedulerSettings
        {
            MaxJobs = (int)settings.Number(Section, "max_jobs", 1000, 1, int.MaxValue),
            MaxChurn = (int)settings.Number(Section, "max_churn", 20, 1, int.MaxValue),
            Interval = Milliseconds(settings, "interval", 60_000),
            MaxHistory = (int)settings.Number(Section, "max_history", 20, 1, 1000),
            MaxBackoff = TimeSpan.FromSeconds(settings.Number(Section, "max_backoff", 300, 1, 86_400)),
        });

    private static TimeSpan Milliseconds(Settings settings, string key, long otherwise) =>
        TimeSpan.FromMilliseconds(settings.Number(Section, key, otherwise, 1, int.MaxValue));
}
