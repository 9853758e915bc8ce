using CloudWall.Access;
using CloudWall.Access.Databases;
using CloudWall.Access.Lockouts;
using CloudWall.Access.Passwords;
using CloudWall.Access.Sessions;
using CloudWall.Access.Tokens;
using CloudWall.Access.Users;
using CloudWall.DesignDocuments.Functions;
using CloudWall.DesignDocuments.Rules;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Indexing.Building;
using CloudWall.Node.Configuration;
using CloudWall.Node.Disk;
using CloudWall.Node.Identifiers;
using CloudWall.Node.Logging;
using CloudWall.Node.Replication;
using CloudWall.Node.Resources;
using CloudWall.Node.Scripts;
using CloudWall.Node.Starts;
using CloudWall.Node.Views;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using CloudWall.Scripting;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node;

/// <summary>
/// A node without HTTP, composed of the rooms below it. A process may have any number of them.
/// <para>
/// Life cycle: <see cref="OpenAsync(NodeOptions, CancellationToken)"/> opens databases and indexes; <see cref="Start"/> starts the
/// replications of <c>_replicator</c> documents; <see cref="AnnounceEndAsync"/> ends waiting changes feeds; <see cref="DisposeAsync"/>
/// closes everything in order.
/// </para>
/// <para>
/// This class creates the parts and ends them, and does nothing else. A server passes each part to the code that uses it; no code gets the
/// whole node.
/// </para>
/// </summary>
public sealed class LocalNode : IAsyncDisposable
{
    /// <summary>How many passwords are verified at a time: half of the cores go on doing what else there is to do.</summary>
    private static readonly int HashingThreads = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly FollowedSettings<NodeSettings> _settings;
    private readonly FollowedSettings<AccessSettings> _access;
    private readonly PasswordHasher _hasher;
    private readonly HashUpgrades _upgrades;
    private readonly LocalPeers _localPeers;
    private readonly RemoteHosts _hosts;
    private readonly PeerFactory _openRemote;
    private readonly DataDirectory? _directory;
    private readonly NodeStores _stores;
    private readonly OrderlyEnd _end;
    private StartRecord? _starts;
    private PersonalDatabases? _personal;
    private bool _isEnding;

    private LocalNode(NodeStart start, LocalSettings local)
    {
        var options = start.Options;
        var settings = start.Settings;
        _settings = start.Source.Follow(NodeSettings.From);
        _access = start.Source.Follow(AccessSettings.Read);
        var admins = start.Source.Follow(LocalSettings.ReadAdmins);
        Stopping = _stopping.Token;
        Time = options.Time;
        Randomness = options.Randomness;
        Identity = new NodeIdentity(local.NodeId, Randomness.Hex(16));
        NewAdmin = local.Admins.New;
        AdminName = options.Admin?.Name ?? local.Admins.Hashes.Keys.First();
        Log = new NodeLog(options.Log, () => Settings.LogLevel, options.Time);
        _end = new OrderlyEnd(Log);
        Uuids = new UuidGenerator(() => Settings, options.Time, Randomness);
        _hasher = new PasswordHasher(() => Settings.Passwords, options.Scheduler);
        Configuration = new NodeConfiguration(start.Source, _hasher, Log);
        var turns = new HashingTurns(HashingThreads, scheduler: options.Scheduler);
        Passwords = new PasswordVerifier(
            new VerifiedPasswords(() => _access.Value.Verified, options.Time), turns, () => Settings.Passwords);
        Sessions = new SessionIssuer(() => _access.Value.Sessions, options.Time);
        var accounts = new UserAccounts(() => admins.Value, () => Databases.Find("_users"), options.Time);
        var lockouts = new LockoutTable(() => _access.Value.Lockouts, options.Time);
        _upgrades = new HashUpgrades(_hasher, () => Databases.Find("_users"), options.Time, LogWarning);
        Authentication = new Authentication(
            () => _access.Value.Authentication,
            accounts,
            Passwords,
            lockouts,
            Sessions,
            new TokenVerifier(() => _access.Value.Authentication.Tokens, options.Time),
            _upgrades,
            LogWarning);
        MemoryReturn = new MemoryReturn(options.Time);
        Memory = new SharedMemory(
            settings.RequestMemory,
            settings.MaxWaiting,
            settings.WaitTimeout,
            MemoryErrors.NoMemory,
            MemoryErrors.BodyTooLarge,
            options.Time,
            MemoryReturn.Note);
        var scripts = settings.Scripts with { Time = options.Time, Released = MemoryReturn.Note, Log = LogScripts };
        var runner = options.NewRunner?.Invoke(scripts) ?? new ScriptThreads(scripts.Places, scripts.Streams, options.Time);
        Scripts = new ScriptHost(scripts, runner, ScriptLanguages.Of(options.QueryServers, scripts, runner));
        _hosts = new RemoteHosts(
            options.Time, Randomness.Fraction, Memory, settings.MaxPeerElement, socket => (int)socket.Handle < Files.LastPeer);
        _openRemote = options.OpenRemote ?? _hosts.Open;
        _localPeers = new LocalPeers(() => Databases, LocalUrl, Identity.Id, new LocalSourceFilter(Scripts, Uuids), accounts);
        StartedAt = options.Time.GetUtcNow();
        _directory = start.Directory;
        _stores = new NodeStores(_directory, options.Store, Files, Log);
        Disk = OpenDisk(options);
    }

    /// <summary>The settings now. Most parts read those of memory and threads once, when they are made.</summary>
    public NodeSettings Settings => _settings.Value;

    /// <summary>Reads and changes settings while the node runs.</summary>
    public NodeConfiguration Configuration { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The source of random numbers.</summary>
    public Randomness Randomness { get; }

    /// <summary>The identity that other nodes see.</summary>
    public NodeIdentity Identity { get; }

    /// <summary>The databases.</summary>
    public DatabaseCatalogue Databases { get; private set; } = null!;

    /// <summary>The indexes of databases.</summary>
    public IndexCatalogue Indexes { get; private set; } = null!;

    /// <summary>The views of design documents and their indexes.</summary>
    public ViewGroups Views { get; private set; } = null!;

    /// <summary>Design documents whose functions are called.</summary>
    public OpenedDesigns Designs { get; private set; } = null!;

    /// <summary>Counters of view building.</summary>
    public ViewMetrics ViewMetrics { get; } = new();

    /// <summary>The replications that run on this node.</summary>
    public JobScheduler Replications { get; private set; } = null!;

    /// <summary>The replicator databases, whose documents start replications.</summary>
    public ReplicatorDatabases Replicators { get; private set; } = null!;

    /// <summary>The replications that were not started because the node has crashed repeatedly; null where there are none.</summary>
    public HeldDocuments? HeldReplications { get; private set; }

    /// <summary>Runs the functions of design documents. The scope of a function is the name of its database.</summary>
    public ScriptHost Scripts { get; }

    /// <summary>Identifies users.</summary>
    public Authentication Authentication { get; }

    /// <summary>Verifies the passwords of users.</summary>
    public PasswordVerifier Passwords { get; }

    /// <summary>Makes session cookies.</summary>
    public SessionIssuer Sessions { get; }

    /// <summary>Generates ids for new documents.</summary>
    public UuidGenerator Uuids { get; }

    /// <summary>The memory budget of request bodies and of peers' responses.</summary>
    public SharedMemory Memory { get; }

    /// <summary>Returns memory to the system after large requests.</summary>
    public MemoryReturn MemoryReturn { get; }

    /// <summary>The budget of open files.</summary>
    public FileBudget Files { get; } = FileBudget.OfThisProcess();

    /// <summary>Guards the space on the disk; null where the node has no disk.</summary>
    public DiskRoom? Disk { get; }

    /// <summary>The log.</summary>
    public NodeLog Log { get; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Cancelled when the node is about to end. Changes feeds then send their last line.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>The address of the node, for users.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The admin that this start created because there was none, with the password. The password is stored nowhere.</summary>
    public (string Name, string Password)? NewAdmin { get; }

    /// <summary>The name of an admin, for the sign-in hint.</summary>
    public string AdminName { get; }

    /// <summary>Whether <see cref="DisposeAsync"/> has ended all parts without a failure.</summary>
    public bool HasEndedInOrder => _isEnding && _end.Succeeded;

    /// <summary>Opens a node.</summary>
    /// <exception cref="ConfigurationException">The node cannot start; the message says why.</exception>
    public static async Task<LocalNode> OpenAsync(NodeOptions options, CancellationToken cancellation = default)
    {
        using var start = NodeStart.Begin(options);
        return await OpenAsync(start, cancellation);
    }

    /// <summary>Opens a node after the first step of its start.</summary>
    /// <exception cref="ConfigurationException">The node cannot start; the message says why.</exception>
    public static async Task<LocalNode> OpenAsync(NodeStart start, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        var options = start.Options;
        var hasId = LocalSettings.HasId(start.Source);
        var local = LocalSettings.Settle(start.Source, start.Settings, options.Admin, options.Randomness);
        var node = new LocalNode(start, local);
        start.TransferDirectory();
        try
        {
            node.Warn(start.Source, hasId);
            node._starts = node._directory is { } counted
                ? StartRecord.Begin(counted.Starts, options.SystemBoot ?? StartRecord.ReadBoot(), node.Time)
                : null;
            node.OpenDatabases(options.Scheduler);
            await SystemDatabases.CreateAsync(node.Databases, node.Settings, node.LogWarning, cancellation);
            node.HoldReplications(options.WithJobs);
            node.OpenReplications();
            node.OpenPersonalDatabases(start.Source);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the replications of <c>_replicator</c> documents. Called once.</summary>
    /// <param name="address">The address of the node for users; null where it has none.</param>
    public void Start(Uri? address = null)
    {
        Address = address ?? Address;
        Replicators.Start();
        _personal!.Start();
    }

    /// <summary>The URL of a local database, for users.</summary>
    public string LocalUrl(string database) =>
        $"{Address.GetLeftPart(UriPartial.Authority)}/{Uri.EscapeDataString(database).Replace("%20", "+", StringComparison.Ordinal)}/";

    /// <summary>Ends waiting changes feeds, because the node is about to end. May be called more than once.</summary>
    public Task AnnounceEndAsync() => _isEnding ? Task.CompletedTask : _stopping.CancelApartAsync();

    /// <summary>Ends the replications and closes indexes and databases. A failure is logged and keeps no other part open.</summary>
    public async ValueTask DisposeAsync()
    {
        await AnnounceEndAsync();
        if (Interlocked.Exchange(ref _isEnding, true))
        {
            return;
        }

        await _end.DisposeAsync("the databases of users", _personal);

        // The watchers of replicator documents end after their jobs, which the scheduler ends.
        var following = _end.DisposeAsync("the replicator databases", Replicators);
        await _end.DisposeAsync("replications", Replications);
        await following;
        await _end.DisposeAsync("indexes", Indexes);
        await _end.DisposeAsync("hashing", _upgrades);
        await _end.DisposeAsync("databases", Databases);
        IDisposable?[] rest = [Scripts, _stores, _starts, _directory, MemoryReturn, _hosts, _stopping];
        foreach (var part in rest)
        {
            await _end.DisposeAsync(part);
        }
    }

    private void LogScripts(ScriptLogEntry entry) => Log.Write(
        entry.IsWarning ? LogLevel.Warning : LogLevel.Info, entry.Scope.Length == 0 ? entry.Message : $"{entry.Scope}: {entry.Message}");

    private void LogWarning(string message) => Log.Write(LogLevel.Warning, message);

    private void LogError(string message) => Log.Write(LogLevel.Error, message);

    /// <summary>Logs problems of the data directory and of the settings.</summary>
    private void Warn(SettingsStore source, bool hasId)
    {
        foreach (var warning in _directory?.Warnings ?? [])
        {
            LogWarning(warning);
        }

        if (_directory is { HasStore: true } used && !hasId)
        {
            LogWarning(
                $"The node was used before, but {used.LocalIni} has no node id: the file or its content was lost. The node now has a new "
                + "id, and the admins of that file are gone.");
        }

        if (_directory is { WasUsed: true, HasStore: false } emptied && hasId && Settings.Storage == StorageEngine.Default)
        {
            LogWarning(
                $"The node was used before, but there are no databases any more: {emptied.Store} is missing. It begins without any; where they "
                + "can be put back, stop it and do so before anything is written.");
        }

        foreach (var line in source.Unread)
        {
            LogWarning($"{line}: it has no effect.");
        }

        foreach (var setting in source.Unknown)
        {
            LogWarning($"The setting {setting} has no effect on this node.");
        }
    }

    private DiskRoom? OpenDisk(NodeOptions options)
    {
        if (_directory is null && options.MeasureDisk is null)
        {
            return null;
        }

        var room = new DiskRoom(
            _directory?.Reserve ?? string.Empty,
            _directory is null ? Settings.Disk with { Reserve = 0 } : Settings.Disk,
            options.MeasureDisk ?? (() => DiskSpace.Of(_directory!.Path)),
            Time,
            LogWarning);

        // Where the disk is full, the store needs the reserved space to open.
        _ = room.IsFull;
        return room;
    }

    private void OpenDatabases(TaskScheduler scheduler)
    {
        var engine = new EngineOptions
        {
            Scheduler = scheduler,
            NewUuid = () => Randomness.Hex(32),
            Room = Disk,
            Damaged = LogError,
            Rules =
            [
                new UserDocumentRule(_hasher, () => Settings.Limits),
                new DesignAccessRule(),
                new ReplicatorRule(() => Settings.Replication.Defaults, () => Settings.Limits),
                new DesignDocumentRule(Scripts),
            ],
            HiddenMember = UserDatabase.HiddenMember,
            LoadValidator = database => DesignValidation.Load(Scripts, database),
            DefaultShards = Settings.DefaultShards,
            Limits = () => Settings.Limits,
            CompressionLevel = Settings.CompressionLevel,
            CompressibleTypes = Settings.CompressibleTypes,
            Compaction = Settings.Compaction with
            {
                Failed = (name, failure) => LogError($"Compaction of {name ?? "deleted databases"} failed: {failure}"),
            },
            MaxQueuedBytes = Settings.WriteMemory,
            MaxWaitingWrites = Settings.MaxWaiting,
            WriteTimeout = Settings.WaitTimeout,
        };
        try
        {
            Databases = _stores.OpenDatabases(Settings.Storage, engine, Time);
            Indexes = _stores.OpenIndexes(store => OpenIndexes(store, scheduler));
            Views = new ViewGroups(Scripts, Indexes, ViewMetrics.Count);
            Designs = new OpenedDesigns(Scripts);
        }
        catch (StorageException e)
        {
            throw new ConfigurationException($"The databases in {_stores.Place} cannot be opened: {e.Message}", e);
        }
    }

    private IndexCatalogue OpenIndexes(KeyValueStore store, TaskScheduler scheduler) => IndexCatalogue.Open(
        store,
        Databases.Names.Select(name => Databases.Find(name)!.Incarnation).ToHashSet(StringComparer.Ordinal),
        new IndexingOptions
        {
            Scheduler = scheduler,
            Time = Time,
            NewSeed = Randomness.Bits,
            CacheBytes = Settings.ViewMemory,
            IsCurrent = static engine => engine.Length == 0 || engine == JavaScriptFactory.Line,
            Refuse = isAwaited => Disk?.RefuseIndexing(isAwaited),
            Failed = (name, failure) => LogError($"An index of {name} failed: {failure.Message}"),
            Damaged = (name, damage) => LogError($"An index of {name} is damaged, and is made anew: {damage.Message}"),
            Lost = _stores.MarkIndexesForDeletion,
            Released = MemoryReturn.Note,
        });

    /// <summary>Creates the databases that CouchDB has on a single node.</summary>
    /// <summary>
    /// Does not start the replications of documents where the node has crashed repeatedly. Views are still built on request.
    /// </summary>
    private void HoldReplications(bool withJobs)
    {
        if (_starts is not { Crashes: >= StartRecord.MostCrashes } || withJobs)
        {
            return;
        }

        HeldReplications = new HeldDocuments(
            Databases,
            $"The node crashed within its first minute {_starts.Crashes} times, so it runs without jobs: documents that were in a "
            + "replicator database at its start do not start replications. To start all of them, start the node with --with-jobs; to start one, write "
            + "its document again.");
        LogError(HeldReplications.Reason);
    }

    private void OpenPersonalDatabases(SettingsStore source)
    {
        var settings = source.Follow(PersonalDatabaseSettings.Read);
        _personal = new PersonalDatabases(() => settings.Value, Databases, Time, LogWarning);
        settings.Changed += _personal.Restart;
    }

    private void OpenReplications()
    {
        var context = new RunContext(Identity.Id, OpenPeer, Time, () => Randomness.Hex(32), Log.WritePeer)
        {
            Memory = Memory,
            CheckpointKey = _access.Value.CheckpointKey,
            Fraction = Randomness.Fraction,
        };
        Replications = new JobScheduler(context, Settings.Replication.Scheduler);
        Replicators = new(
            Databases, Replications, () => Settings.Replication.Defaults, Time, LogWarning, HeldReplications, _localPeers.IsAdmin);
    }

    private Peer OpenPeer(Endpoint endpoint, ReplicationOptions options) =>
        endpoint.Address is null ? _localPeers.Open(endpoint.Name!, options) : _openRemote(endpoint, options);
}
