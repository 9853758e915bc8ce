using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudWall.Documents.Admission;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Remote;

/// <summary>
/// The way to other hosts, shared by all replications: connections are used again by whoever comes next, and a host that cannot be
/// reached is left alone for a while by all of them.
/// </summary>
/// <param name="time">The time.</param>
/// <param name="randomness">Numbers from 0 to 1, which keep many from trying again at the same moment.</param>
/// <param name="memory">What answers may hold, together with requests of clients; null where nothing is counted.</param>
/// <param name="maxElementBytes">The most bytes that one document or row in an answer may have; null for the default.</param>
/// <param name="admit">
/// Whether a connection that was just made may stay; null for all. One that may not fails like a host that refuses.
/// </param>
public sealed class RemoteHosts(
    TimeProvider time,
    Func<double> randomness,
    SharedMemory? memory = null,
    int? maxElementBytes = null,
    Func<Socket, bool>? admit = null) : IDisposable
{
    /// <summary>How many hosts are remembered that nobody replicates with now.</summary>
    internal const int MaxIdleHosts = 1000;

    /// <summary>How many ways through proxies are kept open that nobody uses now.</summary>
    internal const int MaxIdleWays = 16;

    private readonly Lock _gate = new();
    private readonly SharedPool<SocketsHttpHandler> _ways = new(MaxIdleWays);
    private readonly SharedPool<HostBreaker> _breakers = new(MaxIdleHosts);

    /// <summary>Opens a remote database. Nothing is asked of it yet.</summary>
    /// <param name="endpoint">Which.</param>
    /// <param name="options">How it is talked to.</param>
    public Peer Open(Endpoint endpoint, ReplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        var address = endpoint.Address ?? throw new ArgumentException("It is a database of this node.", nameof(endpoint));
        lock (_gate)
        {
            var proxy = endpoint.Proxy?.ToString() ?? string.Empty;
            var way = _ways.Take(proxy, () => CreateWay(endpoint.Proxy));
            var authority = address.UriOf(string.Empty).Authority;
            var host = proxy + " " + authority;
            var breaker = _breakers.Take(host, () => new HostBreaker(authority, time));
            return new RemotePeer(
                address,
                Options(options) with
                {
                    Proxy = endpoint.Proxy,
                    Memory = memory,
                    MaxElementBytes = maxElementBytes ?? RemoteOptions.Default.MaxElementBytes,
                },
                new SharedHandler(way, breaker, () => Release(proxy, host)),
                time,
                randomness);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var way in _ways.All)
        {
            way.Dispose();
        }
    }

    /// <summary>How many ways and hosts are remembered.</summary>
    internal (int Ways, int Hosts) Count
    {
        get
        {
            lock (_gate)
            {
                return (_ways.Count, _breakers.Count);
            }
        }
    }

    private void Release(string proxy, string host)
    {
        SocketsHttpHandler? unused;
        lock (_gate)
        {
            _breakers.Return(host);
            unused = _ways.Return(proxy);
        }

        unused?.Dispose();
    }

    private static RemoteOptions Options(ReplicationOptions options) => new()
    {
        Connections = options.Connections,
        Timeout = options.ConnectionTimeout,
        Retries = options.Retries,
        UseBulkGet = options.UseBulkGet,
    };

    private SocketsHttpHandler CreateWay(Uri? proxy) => new()
    {
        // Bytes come as they are stored, and cookies are each replication's own.
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,

        // Headers that were given go out as they were given.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,

        // What goes along to where a peer sends us is decided in Redirects.
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        UseProxy = proxy is not null,
        Proxy = proxy is null ? null : Proxy(proxy),
        ConnectCallback = admit is null ? null : ConnectAsync,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (!admit!(socket))
            {
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            }

            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static WebProxy Proxy(Uri proxy)
    {
        var way = new WebProxy(new UriBuilder(proxy) { UserName = string.Empty, Password = string.Empty }.Uri);
        if (proxy.UserInfo.Split(':', 2) is [var user, var password])
        {
            way.Credentials = new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
        }

        return way;
    }
}
