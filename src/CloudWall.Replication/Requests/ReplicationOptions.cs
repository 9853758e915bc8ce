namespace CloudWall.Replication.Requests;

/// <summary>
/// How a replication is to be done: the options of CouchDB's <c>_replicate</c> ("/_replicate" in its documentation), with the settings
/// of <c>[replicator]</c> for what is not said.
/// </summary>
public sealed record ReplicationOptions
{
    /// <summary>Changes, documents and an attachment are read from one side at the same time.</summary>
    internal const int LeastConnections = 3;

    /// <summary><c>continuous</c>: goes on when all is done.</summary>
    public bool Continuous { get; init; }

    /// <summary><c>create_target</c>.</summary>
    public bool CreateTarget { get; init; }

    /// <summary><c>create_target_params</c>: query parameters for the creation.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> CreateTargetParameters { get; init; } = [];

    /// <summary><c>since_seq</c> as JSON; null to begin where the last session ended.</summary>
    public string? SinceSequence { get; init; }

    /// <summary><c>user_ctx</c>; null for the node itself.</summary>
    public ReplicationUser? User { get; init; }

    /// <summary>
    /// The name of the account whose rights count in databases of this node, as they are at each moment; null for <see cref="User"/>, which
    /// only admins may choose.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>Whether the owner was no server admin at the start: <see cref="User"/> is the owner then.</summary>
    public bool IsOwnedByUser { get; init; }

    /// <summary><c>use_checkpoints</c>.</summary>
    public bool UseCheckpoints { get; init; } = true;

    /// <summary><c>use_bulk_get</c>.</summary>
    public bool UseBulkGet { get; init; } = true;

    /// <summary><c>checkpoint_interval</c>, milliseconds.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>worker_batch_size</c>: changes a batch.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary><c>worker_processes</c>: batches at a time.</summary>
    public int Workers { get; init; } = 4;

    /// <summary><c>http_connections</c> to each side; 3 at least are used.</summary>
    public int Connections { get; init; } = 20;

    /// <summary>
    /// How many batches there are at a time: of the connections, each may need one for documents and one for what is attached to them.
    /// </summary>
    internal int WorkersAtOnce => Math.Clamp((Connections - 1) / 2, 1, Workers);

    /// <summary>How many copies there are at a time: these, and one of what was postponed where there are connections enough.</summary>
    internal int CopiesAtOnce => Math.Clamp((Connections - 1) / 2, 1, WorkersAtOnce + 1);

    /// <summary><c>connection_timeout</c>, milliseconds: how long a peer may be silent.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>retries_per_request</c>.</summary>
    public int Retries { get; init; } = 5;
}
