using CloudWall.Node.Disk;
using CloudWall.Node.Identifiers;
using CloudWall.Replication.Peers;
using CloudWall.Scripting;
using CloudWall.Scripting.Running;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node;

/// <summary>
/// What a node is started with. Without a directory it keeps its settings in memory; then a store must be given. The defaults are those of
/// a node that serves people; a simulation gives its own clock, random numbers, scheduler, runner and peers.
/// </summary>
public sealed record NodeOptions
{
    /// <summary>Where the data is; null for none.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The store to use instead of one in the data directory. It stays the caller's. Indexes are kept in memory then.</summary>
    public KeyValueStore? Store { get; init; }

    /// <summary>A configuration file that wins over the data directory's own.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>Settings that win over all files. Port 0 takes any free port.</summary>
    public IReadOnlyList<(string Section, string Key, string Value)> Settings { get; init; } = [];

    /// <summary>The settings that the node's host reads for itself, such as those of HTTP.</summary>
    public IReadOnlyList<Setting> HostSettings { get; init; } = [];

    /// <summary>
    /// The admin to have. Wins over a stored one of that name, and is stored. Where there is none here and none is stored, one
    /// is made, see <see cref="LocalNode.NewAdmin"/>.
    /// </summary>
    public (string Name, string Password)? Admin { get; init; }

    /// <summary>Command lines of query servers, by language: CouchDB's <c>COUCHDB_QUERY_SERVER_…</c>.</summary>
    public IReadOnlyDictionary<string, string> QueryServers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it starts jobs, however often it has crashed soon after its start.</summary>
    public bool WithJobs { get; init; }

    /// <summary>What is another one each time that the machine is started; null asks the system.</summary>
    public string? SystemBoot { get; init; }

    /// <summary>Tells how full the disk is; null asks the system, for the data directory.</summary>
    public Func<DiskSpace>? MeasureDisk { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where ids and all other random numbers come from, but for secrets (keys, salts, passwords): those are the system's.</summary>
    public Randomness Randomness { get; init; } = Randomness.OfSystem;

    /// <summary>The scheduler on which writers, maintenance and index builds run.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Makes what runs functions of design documents; null for threads of the node's own.</summary>
    public Func<ScriptHostOptions, ScriptRunner>? NewRunner { get; init; }

    /// <summary>The way to databases of other nodes; null for HTTP.</summary>
    public PeerFactory? OpenRemote { get; init; }

    /// <summary>Where the log goes.</summary>
    public TextWriter Log { get; init; } = TextWriter.Null;
}
