using CloudWall.Node.Disk;
using CloudWall.Node.Identifiers;
using CloudWall.Replication.Peers;
using CloudWall.Scripting;
using CloudWall.Scripting.Running;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node;

/// <summary>
/// The options that a node is started with. Without a directory, settings are kept in memory and a store must be given. The defaults are
/// those of a production node; a simulation sets its own clock, random numbers, scheduler, runner and peers.
/// </summary>
public sealed record NodeOptions
{
    /// <summary>The data directory; null for none.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>A store to use instead of the data directory. The caller keeps the ownership. Indexes are then kept in memory.</summary>
    public KeyValueStore? Store { get; init; }

    /// <summary>A configuration file that overrides the data directory's own.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>Settings that override all files. Port 0 takes any free port.</summary>
    public IReadOnlyList<(string Section, string Key, string Value)> Settings { get; init; } = [];

    /// <summary>The definitions of settings that the host reads for itself, such as those of HTTP.</summary>
    public IReadOnlyList<Setting> HostSettings { get; init; } = [];

    /// <summary>
    /// An admin to add. It overrides a stored admin of the same name, and is stored. Where neither this nor the store has an admin, one
    /// is created: <see cref="LocalNode.NewAdmin"/>.
    /// </summary>
    public (string Name, string Password)? Admin { get; init; }

    /// <summary>The command lines of query servers, by language: CouchDB's <c>COUCHDB_QUERY_SERVER_…</c>.</summary>
    public IReadOnlyDictionary<string, string> QueryServers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the replications of documents start even if the node has crashed repeatedly.</summary>
    public bool WithJobs { get; init; }

    /// <summary>A text that changes when the machine starts; null asks the system.</summary>
    public string? SystemBoot { get; init; }

    /// <summary>Measures the disk; null measures the disk of the data directory.</summary>
    public Func<DiskSpace>? MeasureDisk { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// The source of ids and all other random numbers except secrets (keys, salts, passwords), which always come from the system.
    /// </summary>
    public Randomness Randomness { get; init; } = Randomness.OfSystem;

    /// <summary>The scheduler of writers, maintenance and index builds.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Creates the runner of design document functions; null for one with threads of the node's own.</summary>
    public Func<ScriptHostOptions, ScriptRunner>? NewRunner { get; init; }

    /// <summary>Opens databases of other nodes; null for HTTP.</summary>
    public PeerFactory? OpenRemote { get; init; }

    /// <summary>Receives the log.</summary>
    public TextWriter Log { get; init; } = TextWriter.Null;
}
