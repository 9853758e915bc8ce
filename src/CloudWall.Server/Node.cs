using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Access;
using CloudWall.DesignDocuments.Functions;
using CloudWall.DesignDocuments.Rules;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Indexing.Building;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using CloudWall.Scripting;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.QueryServers;
using CloudWall.Scripting.Running;
using CloudWall.Server.Configuration;
using CloudWall.Server.Cors;
using CloudWall.Server.Disk;
using CloudWall.Server.Endpoints.Changes;
using CloudWall.Server.Http;
using CloudWall.Server.Identifiers;
using CloudWall.Server.Logging;
using CloudWall.Server.Scripts;
using CloudWall.Server.Starts;
using CloudWall.Storage;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CloudWall.Server;

/// <summary>
/// A running node: all rooms put together, behind one HTTP port. What endpoints need of it they find through
/// <see cref="Exchange.Node"/>. Dispose of it to end it cleanly.
/// </summary>
internal sealed class Node : IAsyncDisposable
{
    /// <summary>The release of CouchDB whose behaviour this is.</summary>
    public const string CouchDbVersion = "3.5.0";

    /// <summary>How long those who are being answered may take to finish when the node ends.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How much of a request is read ahead: as much as a request line may have.</summary>
    private const int MaxReadBuffer = NodeSettings.MaxRequestLine;

    /// <summary>How much may wait to be sent to one client before whoever writes has to wait.</summary>
    private const int MaxWriteBuffer = 32 * 1024;

    private readonly CancellationTokenSource _stopping = new();
    private readonly FileBudget _files = FileBudget.OfThisProcess();
    private readonly Administrators _administrators;
    private readonly RemoteHosts _hosts;
    private readonly DataDirectory? _directory;
    private StorageEngine? _storage;
    private KeyValueStore? _derivedStore;
    private KestrelServer? _server;
    private StartRecord? _starts;
    private bool _isEnding;

    private Node(NodeOptions options, NodeSettings settings, Settings source, DataDirectory? directory, LocalSettings local)
    {
        _directory = directory;
        Settings = settings;
        Time = options.Time;
        Id = local.NodeId;
        NewAdmin = local.Admins.New;
        AdminName = options.Admin?.Name ?? local.Admins.Hashes.Keys.First();
        Log = new NodeLog(options.Log, settings.LogLevel, options.Time);
        Cors = new CorsPolicy(source);
        VirtualHosts = new VirtualHosts(source);
        Kernel = new Kernel(this, Routes.Create());
        Uuids = new UuidGenerator(settings, options.Time);
        _administrators = new Administrators(local.Admins.Hashes);
        Authenticator = new BasicAuthentication(_administrators);
        MemoryReturn = new MemoryReturn(options.Time);
        Memory = new SharedMemory(
            settings.RequestMemory,
            settings.MaxWaiting,
            settings.WaitTimeout,
            HttpErrors.NoMemory,
            HttpErrors.BodyTooLarge,
            options.Time,
            MemoryReturn.Note);
        AnswerMemory = new AnswerMemory(settings.AnswerMemory, settings.MaxWaiting, settings.WaitTimeout, options.Time, MemoryReturn.Note);
        Feeds = new FeedPlaces(settings.MaxFeeds);
        var scripts = settings.Scripts with { Time = options.Time, Released = MemoryReturn.Note, Log = LogScripts };
        var runner = new ScriptThreads(scripts.Places, scripts.Streams, options.Time);
        Scripts = new ScriptHost(scripts, runner, Languages(options.QueryServers, scripts, runner));
        _hosts = new RemoteHosts(
            options.Time, Random.Shared.NextDouble, Memory, settings.MaxPeerElement, socket => (int)socket.Handle < _files.LastPeer);
        StartedAt = options.Time.GetUtcNow();
        Disk = OpenDisk(options);
    }

    /// <summary>CloudWall's own version.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>The commit it was built from, or the version where that is not known.</summary>
    public static string Commit { get; } = ReadInformation() is { } text && text.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus
        ? text[(plus + 1)..]
        : Version;

    /// <summary>The answers' <c>Server</c> header.</summary>
    public static string ServerHeader { get; } = $"CouchDB/{CouchDbVersion} (CloudWall/{Version})";

    /// <summary>The settings.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The node's own id, 32 hexadecimal digits: CouchDB's <c>[couchdb] uuid</c>.</summary>
    public string Id { get; }

    /// <summary>
    /// Changes with each start, 16 hexadecimal digits: peers compare what they know with what a node that was restored has.
    /// </summary>
    public string Boot { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>What it is called where CouchDB names the nodes of a cluster.</summary>
    public string Name => "cloudwall@" + Id[..8];

    /// <summary>The databases.</summary>
    public DatabaseCatalogue Databases { get; private set; } = null!;

    /// <summary>The replications that this node runs.</summary>
    public JobScheduler Replications { get; private set; } = null!;

    /// <summary>The replicator databases, whose documents are replications.</summary>
    public ReplicatorDatabases Replicators { get; private set; } = null!;

    /// <summary>
    /// Replications that wait for somebody to start them, since the node has crashed with them; null where there are none.
    /// </summary>
    public HeldDocuments? HeldReplications { get; private set; }

    /// <summary>The indexes of databases.</summary>
    public IndexCatalogue Indexes { get; private set; } = null!;

    /// <summary>What design documents' views are made of.</summary>
    public ViewGroups Views { get; private set; } = null!;

    /// <summary>The room on the disk; null where there is none to look after.</summary>
    public DiskRoom? Disk { get; }

    /// <summary>Ids for new documents.</summary>
    public UuidGenerator Uuids { get; }

    /// <summary>Who is who.</summary>
    public BasicAuthentication Authenticator { get; }

    /// <summary>What answers requests.</summary>
    public Kernel Kernel { get; }

    /// <summary>Names that stand for a path.</summary>
    public VirtualHosts VirtualHosts { get; }

    /// <summary>Cross-origin requests.</summary>
    public CorsPolicy Cors { get; }

    /// <summary>The memory that requests share for their bodies and what is made of them, and answers of peers.</summary>
    public SharedMemory Memory { get; }

    /// <summary>The memory that answers share for what is on its way to their clients.</summary>
    public AnswerMemory AnswerMemory { get; }

    /// <summary>Gives back to the system what large requests have used.</summary>
    public MemoryReturn MemoryReturn { get; }

    /// <summary>The functions of design documents. A database's name is the scope of its functions.</summary>
    public ScriptHost Scripts { get; }

    /// <summary>The feeds that are open.</summary>
    public FeedPlaces Feeds { get; }

    /// <summary>The connections that are open.</summary>
    public ConnectionLimit Connections { get; private set; } = null!;

    /// <summary>The admins, of whose passwords is counted how many were hashed.</summary>
    public Administrators Administrators => _administrators;

    /// <summary>What is counted of requests.</summary>
    public RequestMetrics Metrics { get; } = new();

    /// <summary>The log.</summary>
    public NodeLog Log { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Cancelled when the node is ending: feeds send their last line then.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The admin that was made at this start because there was none, with the password, which is stored nowhere.</summary>
    public (string Name, string Password)? NewAdmin { get; }

    /// <summary>An admin's name, for telling people whom to sign in as.</summary>
    public string AdminName { get; }

    /// <summary>Starts a node.</summary>
    /// <exception cref="ConfigurationException">It cannot start so; the message says why.</exception>
    public static async Task<Node> StartAsync(NodeOptions options, CancellationToken cancellation = default)
    {
        var directory = options.DataDirectory is { } path ? DataDirectory.Open(path) : null;
        Node? node = null;
        try
        {
            var source = ReadSettings(options, directory);
            var settings = NodeSettings.From(source);
            var hasId = source["couchdb", "uuid"] is not null;
            var local = LocalSettings.Settle(source, settings, options.Admin, directory?.LocalIni);
            node = new Node(options, settings, source, directory, local);
            directory = null;
            foreach (var warning in node._directory?.Warnings ?? [])
            {
                node.Log.Write(LogLevel.Warning, warning);
            }

            if (node._directory is { HasStore: true } used && !hasId)
            {
                node.Log.Write(
                    LogLevel.Warning,
                    $"The node was used before, but its id is not in {used.LocalIni} any more: the file is missing, or has lost what was in "
                    + "it. The node has another id now, and admins that were there are gone.");
            }

            foreach (var line in source.Unread)
            {
                node.Log.Write(LogLevel.Warning, $"{line}: it has no effect.");
            }

            foreach (var setting in source.Unheeded)
            {
                node.Log.Write(LogLevel.Warning, $"The setting {setting} has no effect on this node.");
            }

            node._starts = node._directory is { } counted
                ? StartRecord.Begin(counted.Starts, options.SystemBoot ?? StartRecord.ReadBoot(), node.Time)
                : null;
            node.OpenDatabases(options);
            await node.CreateSystemDatabasesAsync(cancellation);
            node.HoldReplications(options.WithJobs);
            node.Connections = new ConnectionLimit(settings, node._files, options.Time);
            if (node.Connections.Room < settings.MaxConnections)
            {
                node.Log.Write(
                    LogLevel.Notice,
                    $"The system lets this process have few files open: there is room for {node.Connections.Room} connections, not for {settings.MaxConnections}.");
            }

            await node.ListenAsync(cancellation);
            node.StartReplications();
            return node;
        }
        catch
        {
            directory?.Dispose();
            if (node is not null)
            {
                await node.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>A database of this node as a URL, for people: with the address that it listens on.</summary>
    public string LocalUrl(string database) =>
        $"{Address.GetLeftPart(UriPartial.Authority)}/{Uri.EscapeDataString(database).Replace("%20", "+", StringComparison.Ordinal)}/";

    private void LogScripts(ScriptLogEntry entry) => Log.Write(
        entry.IsWarning ? LogLevel.Warning : LogLevel.Info, entry.Scope.Length == 0 ? entry.Message : $"{entry.Scope}: {entry.Message}");

    /// <summary>Whether all that <see cref="DisposeAsync"/> ends has ended without a failure.</summary>
    public bool HasEndedInOrder { get; private set; }

    /// <summary>
    /// Stops listening, lets those who are being answered finish, and closes the databases. What fails is logged, and keeps nothing else
    /// from being closed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, true))
        {
            return;
        }

        HasEndedInOrder = true;
        await _stopping.CancelAsync();
        await EndAsync("listening", StopListeningAsync);

        // Jobs of documents are followed to their end, which comes when the scheduler ends them.
        var following = EndAsync("the replicator databases", () => Replicators?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        await EndAsync("replications", () => Replications?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        await following;
        await EndAsync("indexes", () => Indexes?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        await EndAsync("databases", () => Databases?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        IDisposable?[] rest = [Scripts, _derivedStore, _storage, _starts, _directory, AnswerMemory, MemoryReturn, _hosts, _administrators, _stopping];
        foreach (var part in rest)
        {
            await EndAsync(part?.GetType().Name ?? string.Empty, () =>
            {
                part?.Dispose();
                return Task.CompletedTask;
            });
        }
    }

    private async Task EndAsync(string what, Func<Task> end)
    {
        try
        {
            await end();
        }
        catch (Exception e)
        {
            HasEndedInOrder = false;
            Log.Write(LogLevel.Error, $"Ending {what} failed: {e}");
        }
    }

    private async Task StopListeningAsync()
    {
        if (_server is { } server)
        {
            using var patience = new CancellationTokenSource(StopTimeout, Time);
            await server.StopAsync(patience.Token);
            server.Dispose();
        }
    }

    private static string ReadInformation() =>
        typeof(Node).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private static string ReadVersion()
    {
        var version = ReadInformation();
        var build = version.IndexOf('+', StringComparison.Ordinal);
        return build < 0 ? version : version[..build];
    }

    private static IEnumerable<ScriptEngineFactory> Languages(
        IReadOnlyDictionary<string, string> servers, ScriptHostOptions options, ScriptRunner runner)
    {
        if (!servers.ContainsKey("javascript"))
        {
            yield return new JavaScriptFactory(options, runner);
        }

        foreach (var (language, command) in servers)
        {
            yield return new QueryServerFactory(language, command);
        }
    }

    private static Settings ReadSettings(NodeOptions options, DataDirectory? directory)
    {
        var settings = new Settings();
        if (directory is not null && File.Exists(directory.LocalIni))
        {
            settings.AddFile(directory.LocalIni, mustBeWhole: true);
        }

        if (options.ConfigurationFile is { } file)
        {
            settings.AddFile(file);
        }

        settings.Add(options.Settings, "the command line");
        return settings;
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
            message => Log.Write(LogLevel.Warning, message));

        // Where the disk is full, the store needs what is held back to open.
        _ = room.IsFull;
        return room;
    }

    private void OpenDatabases(NodeOptions options)
    {
        var engine = new EngineOptions
        {
            Room = Disk,
            Damaged = problem => Log.Write(LogLevel.Error, problem),
            Rules =
            [
                new ReplicatorRule(Settings.Replication.Defaults, Settings.Limits),
                new UserDocumentRule(),
                new DesignDocumentRule(Scripts),
            ],
            HiddenMember = UserDocumentRule.HiddenMember,
            LoadValidator = database => DesignValidation.Load(Scripts, database),
            DefaultShards = Settings.DefaultShards,
            Limits = Settings.Limits,
            CompressionLevel = Settings.CompressionLevel,
            CompressibleTypes = Settings.CompressibleTypes,
            Compaction = Settings.Compaction with
            {
                Failed = (name, failure) => Log.Write(LogLevel.Error, $"Compaction of {name ?? "deleted databases"} failed: {failure}"),
            },
            MaxQueuedBytes = Settings.WriteMemory,
            MaxWaitingWrites = Settings.MaxWaiting,
            WriteTimeout = Settings.WaitTimeout,
        };
        try
        {
            _storage = OpenStorage(options);
            Databases = OpenCatalogue(_storage, engine);
            OpenIndexes(_storage);
            Views = new ViewGroups(Scripts, Indexes, Metrics.CountMapped);
        }
        catch (StorageException e)
        {
            throw new ConfigurationException($"The databases in {_directory?.Store ?? "the store"} cannot be opened: {e.Message}", e);
        }
    }

    private StorageEngine OpenStorage(NodeOptions options)
    {
        if (options.Store is { } given)
        {
            return StorageEngine.Of(given);
        }

        var directory = _directory ?? throw new ConfigurationException("A node needs a data directory, or a store.");
        return StorageEngine.Open(
            Settings.Storage,
            new StorageOptions
            {
                Directory = directory.Store,
                DerivedDirectory = directory.Indexes,
                MarkFile = directory.Synced,
                MaxOpenFiles = _files.DocumentTables,
                MaxDerivedFiles = _files.IndexTables,
            });
    }

    private DatabaseCatalogue OpenCatalogue(StorageEngine storage, EngineOptions engine)
    {
        var store = storage.Main;
        if (storage.DamagedTables.Count > 0)
        {
            var names = DatabaseCatalogue.ReadNames(store);
            foreach (var table in storage.DamagedTables)
            {
                Log.Write(LogLevel.Error, DamageReport.Of(table, names));
            }
        }

        if (storage.Loss is not { } loss)
        {
            return DatabaseCatalogue.Open(store, engine, Time);
        }

        var kept = loss.KeptIn is { } files ? $" The log is kept as it was found in {files}." : string.Empty;
        Log.Write(
            LogLevel.Error,
            $"Writes may be missing from {_directory?.Store}. {loss.Explanation}{kept} "
            + "All databases have other update sequences now: whoever replicates with this node compares everything anew, and brings back what it has.");
        var databases = DatabaseCatalogue.Open(store, engine, Time, renew: true);
        storage.AcceptLoss();
        return databases;
    }

    /// <summary>
    /// Holds replications back where the node has crashed with them, again and again. Views that clients ask for are built.
    /// </summary>
    private void HoldReplications(bool withJobs)
    {
        if (_starts is not { Crashes: >= StartRecord.MostCrashes } || withJobs)
        {
            return;
        }

        HeldReplications = new HeldDocuments(
            Databases,
            $"The node crashed within its first minute {_starts.Crashes} times, so it runs without jobs: documents that were in a replicator "
            + "database when it was started begin no replications. To start all of them, start the node with --with-jobs; to start one, write "
            + "its document again.");
        Log.Write(LogLevel.Error, HeldReplications.Reason);
    }

    /// <summary>Makes the databases that CouchDB has on a single node.</summary>
    private async Task CreateSystemDatabasesAsync(CancellationToken cancellation)
    {
        foreach (var name in (string[])["_users", "_replicator"])
        {
            if (!Settings.SingleNode || Databases.Find(name) is not null)
            {
                continue;
            }

            try
            {
                await Databases.CreateAsync(name, new DatabaseOptions(), cancellation);
            }
            catch (DocumentException refused)
            {
                Log.Write(LogLevel.Warning, $"The database {name} could not be made: {refused.Error.Reason}");
            }
        }
    }

    private void StartReplications()
    {
        var settings = Settings.Replication;
        var context = new RunContext(
            Id, OpenPeer, Time, static () => Guid.NewGuid().ToString("n"), message => Log.Write(LogLevel.Warning, message))
        {
            Memory = Memory,
        };
        Replications = new JobScheduler(context, settings.Scheduler);
        Replicators = new ReplicatorDatabases(
            Databases, Replications, settings.Defaults, Time, message => Log.Write(LogLevel.Warning, message), HeldReplications);
    }

    private Peer OpenPeer(Endpoint endpoint, ReplicationOptions options)
    {
        if (endpoint.Address is not null)
        {
            return _hosts.Open(endpoint, options);
        }

        var name = endpoint.Name!;
        var user = options.User is { } given ? new UserContext(given.Name, given.Roles) : UserContext.Node;
        return new LocalPeer(
            Databases,
            name,
            LocalUrl(name),
            Id,
            user.Writer(name, WriteWays.Replication),
            (database, selection) => LocalSourceFilter.Open(Scripts, Uuids, database, user, selection));
    }

    private void OpenIndexes(StorageEngine storage)
    {
        if (storage.IsDerivedGivenUp)
        {
            Log.Write(LogLevel.Warning, "The indexes were damaged when the node ran last, and are made anew.");
            storage.EraseDerived();
        }

        try
        {
            _derivedStore = storage.OpenDerived();
            Indexes = OpenIndexes(_derivedStore);
        }
        catch (StorageException e) when (storage.KeepsDerived)
        {
            // All of it can be made anew.
            Log.Write(LogLevel.Warning, $"The indexes in {_directory?.Indexes} are damaged, and are made anew: {e.Message}");
            _derivedStore?.Dispose();
            storage.EraseDerived();
            _derivedStore = storage.OpenDerived();
            Indexes = OpenIndexes(_derivedStore);
        }
    }

    private IndexCatalogue OpenIndexes(KeyValueStore store) => IndexCatalogue.Open(
        store,
        Databases.Names.Select(name => Databases.Find(name)!.Incarnation).ToHashSet(StringComparer.Ordinal),
        new IndexingOptions
        {
            Time = Time,
            CacheBytes = Settings.ViewMemory,
            IsCurrent = static engine => engine is "" or JavaScriptFactory.Line,
            Refuse = isAwaited => Disk?.RefuseIndexing(isAwaited),
            Failed = (name, failure) => Log.Write(LogLevel.Error, $"An index of {name} failed: {failure.Message}"),
            Damaged = (name, damage) => Log.Write(LogLevel.Error, $"An index of {name} is damaged, and is made anew: {damage.Message}"),
            Lost = GiveIndexesUp,
        });

    /// <summary>Notes that nothing can be done for damaged indexes while the node runs.</summary>
    private void GiveIndexesUp(StorageException failure)
    {
        var when = "when the node is started next";
        try
        {
            _storage!.GiveUpDerived();
        }
        catch (StorageException)
        {
            when = $"once {_directory?.Indexes} is deleted, while the node is stopped";
        }

        Log.Write(LogLevel.Error, $"The indexes are damaged, and are made anew {when}: {failure.Message}");
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,

            // As in CouchDB. Headers may say anything, such as the name of a file; whether an id is UTF-8 is for its endpoint to say.
            ResponseHeaderEncodingSelector = static _ => Encoding.UTF8,
            RequestHeaderEncodingSelector = static name => name == "Destination" ? Encoding.Latin1 : Encoding.UTF8,

            // The host of an absolute target is the one that counts (RFC 9112, 3.2.2).
            AllowHostHeaderOverride = true,
        };
        var limits = options.Limits;
        limits.MaxRequestBodySize = null; // ours, per request, with CouchDB's answer
        limits.MaxRequestLineSize = NodeSettings.MaxRequestLine;
        limits.MaxRequestHeadersTotalSize = NodeSettings.MaxRequestLine;
        limits.MaxRequestHeaderCount = 1000;

        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);

        // A client that stops sending is let go of, but a slow line and a moment's sleep are no crime. One that stops reading is our own
        // affair (`stall_timeout`), but for the last bytes of an answer.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(30));
        limits.MinResponseDataRate = new MinDataRate(
            bytesPerSecond: 100, gracePeriod: Settings.StallTimeout + TimeSpan.FromSeconds(2));
        limits.MaxRequestBufferSize = MaxReadBuffer;
        limits.MaxResponseBufferSize = MaxWriteBuffer;
        if (Settings.BindAddress.Equals(IPAddress.IPv6Any))
        {
            // Both protocols, or what the machine has of them.
            options.ListenAnyIP(Settings.Port, Configure);
        }
        else
        {
            options.Listen(Settings.BindAddress, Settings.Port, Configure);
        }

        var logging = new FrameworkLogging(Log);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions
            {
                NoDelay = true,

                // What is flushed is sent by whoever writes it, without a word to another thread for each packet: a fifth less
                // processor time for listings. Reading still resumes on the pool, never on the thread that polls the sockets.
                UnsafePreferInlineScheduling = true,
                MaxReadBufferSize = MaxReadBuffer,
                MaxWriteBufferSize = MaxWriteBuffer,
            }),
            logging);
        _server = new KestrelServer(Options.Create(options), Connections.Guard(transport), logging);
        try
        {
            await _server.StartAsync(Kernel, cancellation);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new ConfigurationException(
                $"The node cannot listen on {new IPEndPoint(Settings.BindAddress, Settings.Port)}: {e.Message}", e);
        }

        Address = new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First());

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(Connections.Middleware);
            listen.Use(RequestHeads.Middleware);
        }
    }
}
