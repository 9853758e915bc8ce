using System.Net;
using System.Text;
using CloudWall.Node;
using CloudWall.Node.Logging;
using CloudWall.Server.Configuration;
using CloudWall.Server.Cors;
using CloudWall.Server.Endpoints.Changes;
using CloudWall.Server.Http;
using CloudWall.Server.Logging;
using CloudWall.Settings;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CloudWall.Server;

/// <summary>A node behind one HTTP port: Kestrel, and what answers requests. Dispose of it to end both cleanly.</summary>
internal sealed class NodeServer : IAsyncDisposable
{
    /// <summary>How long those who are being answered may take to finish when the node ends.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How much of a request is read ahead: as much as a request line may have.</summary>
    private const int MaxReadBuffer = HttpSettings.MaxRequestLine;

    /// <summary>How much may wait to be sent to one client before whoever writes has to wait.</summary>
    private const int MaxWriteBuffer = 32 * 1024;

    /// <summary>The settings at the start, for what is made once.</summary>
    private readonly HttpSettings _settings;

    private readonly FollowedSettings<VirtualHosts> _virtualHosts;
    private readonly ExchangeHost _requests;
    private readonly RequestLog _log;
    private readonly Failures _failures;
    private readonly OrderlyEnd _end;
    private KestrelServer? _server;

    private NodeServer(
        LocalNode node,
        FollowedSettings<HttpSettings> settings,
        FollowedSettings<CorsPolicy> cors,
        FollowedSettings<VirtualHosts> virtualHosts)
    {
        Node = node;
        _settings = settings.Value;
        _virtualHosts = virtualHosts;
        _end = new OrderlyEnd(node.Log);
        AnswerMemory = new AnswerMemory(
            _settings.AnswerMemory, node.Settings.MaxWaiting, node.Settings.WaitTimeout, node.Time, node.MemoryReturn.Note);
        Feeds = new FeedPlaces(() => settings.Value.MaxFeeds);
        Connections = new ConnectionLimit(_settings, node.Files, node.Time);
        _requests = new ExchangeHost(
            settings,
            cors,
            node.Sessions,
            node.Authentication.Refresh,
            node.Time,
            node.Memory,
            AnswerMemory,
            node.MemoryReturn.Note,
            () => node.Address);
        _log = new RequestLog(node.Log);
        _failures = new Failures(_log, node.Stopping);
        Routes = new Routes(node, () => settings.Value.ChangesTimeout, Metrics, Feeds, _failures).Create();
    }

    /// <summary>The node.</summary>
    public LocalNode Node { get; }

    /// <summary>What answers requests.</summary>
    public RouteTable Routes { get; }

    /// <summary>The memory that answers share for what is on its way to their clients.</summary>
    public AnswerMemory AnswerMemory { get; }

    /// <summary>The feeds that are open.</summary>
    public FeedPlaces Feeds { get; }

    /// <summary>The connections that are open.</summary>
    public ConnectionLimit Connections { get; }

    /// <summary>What is counted of requests.</summary>
    public RequestMetrics Metrics { get; } = new();

    /// <summary>Where it listens.</summary>
    public Uri Address => Node.Address;

    /// <summary>Whether all that <see cref="DisposeAsync"/> ends has ended without a failure.</summary>
    public bool HasEndedInOrder => _end.Succeeded && Node.HasEndedInOrder;

    /// <summary>Opens a node, and serves it.</summary>
    /// <exception cref="ConfigurationException">It cannot start so; the message says why.</exception>
    public static async Task<NodeServer> StartAsync(NodeOptions options, CancellationToken cancellation = default)
    {
        using var start = NodeStart.Begin(options with { HostSettings = HttpSettings.All });
        var settings = start.Source.Follow(HttpSettings.From);
        var cors = start.Source.Follow(static source => new CorsPolicy(source));
        var virtualHosts = start.Source.Follow(static source => new VirtualHosts(source));
        var node = await LocalNode.OpenAsync(start, cancellation);
        NodeServer? server = null;
        try
        {
            server = new NodeServer(node, settings, cors, virtualHosts);
            node.Start(await server.ListenAsync(cancellation));
            return server;
        }
        catch
        {
            await (server?.DisposeAsync() ?? node.DisposeAsync());
            throw;
        }
    }

    /// <summary>Makes the way of requests to endpoints.</summary>
    internal Kernel MakeKernel(RouteTable routes) => new(
        _requests,
        new Dispatcher(
            _virtualHosts,
            _requests.Cors,
            new RequestGuard(_requests.Cors, _virtualHosts, Node.Time, line => Node.Log.Write(LogLevel.Warning, line)),
            Node.Authentication,
            routes,
            Node.Databases,
            Node.Designs),
        _failures,
        _log,
        Metrics);

    /// <summary>Stops listening, lets those who are being answered finish, and ends the node.</summary>
    public async ValueTask DisposeAsync()
    {
        await Node.AnnounceEndAsync();
        await _end.RunAsync("listening", StopListeningAsync);
        await Node.DisposeAsync();
        await _end.DisposeAsync(AnswerMemory);
    }

    private async Task StopListeningAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            using var patience = new CancellationTokenSource(StopTimeout, Node.Time);
            await server.StopAsync(patience.Token);
            server.Dispose();
        }
    }

    /// <summary>Listens.</summary>
    /// <returns>Where.</returns>
    private async Task<Uri> ListenAsync(CancellationToken cancellation)
    {
        if (Connections.Room < _settings.MaxConnections)
        {
            Node.Log.Write(
                LogLevel.Notice,
                $"The system lets this process have few files open: there is room for {Connections.Room} connections, not for "
                + $"{_settings.MaxConnections}.");
        }

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
        limits.MaxRequestLineSize = HttpSettings.MaxRequestLine;
        limits.MaxRequestHeadersTotalSize = HttpSettings.MaxRequestLine;
        limits.MaxRequestHeaderCount = 1000;

        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);

        // A client that stops sending is let go of, but a slow line and a moment's sleep are no crime. One that stops reading is our own
        // affair (`stall_timeout`), but for the last bytes of an answer.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(30));
        limits.MinResponseDataRate = new MinDataRate(
            bytesPerSecond: 100, gracePeriod: _settings.StallTimeout + TimeSpan.FromSeconds(2));
        limits.MaxRequestBufferSize = MaxReadBuffer;
        limits.MaxResponseBufferSize = MaxWriteBuffer;
        if (_settings.BindAddress.Equals(IPAddress.IPv6Any))
        {
            // Both protocols, or what the machine has of them.
            options.ListenAnyIP(_settings.Port, Configure);
        }
        else
        {
            options.Listen(_settings.BindAddress, _settings.Port, Configure);
        }

        var logging = new FrameworkLogging(Node.Log);
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
            await _server.StartAsync(MakeKernel(Routes), cancellation);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new ConfigurationException(
                $"The node cannot listen on {new IPEndPoint(_settings.BindAddress, _settings.Port)}: {e.Message}", e);
        }

        return new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First());

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(Connections.Middleware);
            listen.Use(RequestHeads.Middleware);
        }
    }
}
