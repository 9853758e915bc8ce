using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudWall.Node.Resources;
using CloudWall.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace CloudWall.Server.Http;

/// <summary>
/// Limits open connections, in all and from each address: to what the settings allow, and to the files that the stores leave
/// (<see cref="FileBudget"/>). A connection beyond the limit gets 503 with <c>Retry-After</c> and is closed; in a burst, most are closed
/// at once, so that those who are still sending then may see a reset instead.
/// </summary>
internal sealed class ConnectionLimit
{
    private static readonly TimeSpan RefusalTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(bool IsLong, ulong Bits), int> _byAddress = [];
    private readonly int _mostRefused;
    private readonly int _mostFromOne;
    private readonly TimeProvider _time;
    private readonly byte[] _answer;
    private int _alive;
    private int _open;
    private int _refusing;

    /// <summary>A limit with no connection open.</summary>
    public ConnectionLimit(HttpSettings settings, FileBudget files, TimeProvider time)
    {
        _mostRefused = files.Refusals;
        Room = Math.Min(settings.MaxConnections, files.CountConnections());
        _mostFromOne = settings.MaxConnectionsPerAddress ?? Math.Max(1, Room - (Room / 4));
        _time = time;
        const string Body = "{\"error\":\"service unavailable\",\"reason\":\"Too many connections are open; try again later.\"}\n";
        _answer = Encoding.ASCII.GetBytes(
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
            + Body.Length.ToString(CultureInfo.InvariantCulture)
            + "\r\nRetry-After: " + settings.RetryAfter
            + "\r\nServer: " + Product.ServerHeader
            + "\r\n\r\n" + Body);
    }

    /// <summary>How many may be open.</summary>
    public int Room { get; }

    /// <summary>How many are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The connection middleware.</summary>
    public ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        var address = AddressOf(connection.RemoteEndPoint);
        if (!TryEnter(address))
        {
            await RefuseAsync(connection);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    };

    /// <summary>
    /// Ends connections that are too many even to be told so as soon as they have come, before anything is made of them: so there are never
    /// files for more.
    /// </summary>
    public IConnectionListenerFactory Guard(IConnectionListenerFactory transport) => new GuardedTransport(transport, this);

    /// <summary>What counts as one address: of the long ones whole networks, which one client has for itself.</summary>
    private static (bool IsLong, ulong Bits) AddressOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        address.TryWriteBytes(bytes, out _);
        return (address.AddressFamily == AddressFamily.InterNetworkV6, BitConverter.ToUInt64(bytes));
    }

    private bool TryEnter((bool IsLong, ulong Bits) address)
    {
        lock (_gate)
        {
            var fromOne = _byAddress.GetValueOrDefault(address);
            if (_open >= Room || fromOne >= _mostFromOne)
            {
                return false;
            }

            _byAddress[address] = fromOne + 1;
            _open++;
            return true;
        }
    }

    private void Leave((bool IsLong, ulong Bits) address)
    {
        lock (_gate)
        {
            _open--;
            if (--_byAddress[address] == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    /// <summary>Counts a connection until its socket is closed, unless there are too many.</summary>
    private bool TryAccept(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref _alive) - _mostRefused > Room)
        {
            Interlocked.Decrement(ref _alive);
            return false;
        }

        connection.ConnectionClosed.UnsafeRegister(static limit => Interlocked.Decrement(ref ((ConnectionLimit)limit!)._alive), this);
        return true;
    }

    private async Task RefuseAsync(ConnectionContext connection)
    {
        var answered = Interlocked.Increment(ref _refusing) <= _mostRefused;
        try
        {
            if (answered)
            {
                using var timeout = new CancellationTokenSource(RefusalTimeout, _time);
                await AnswerAsync(connection.Transport, timeout.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Gone, or too slow to be waited for.
        }
        finally
        {
            Interlocked.Decrement(ref _refusing);
            connection.Abort();
        }
    }

    /// <summary>Answers, and waits until the client has hung up: the answer could be lost if we did while it is still sending.</summary>
    private async Task AnswerAsync(IDuplexPipe transport, CancellationToken timeout)
    {
        var read = await transport.Input.ReadAsync(timeout);
        transport.Input.AdvanceTo(read.Buffer.End);
        await transport.Output.WriteAsync(_answer, timeout);
        while (!read.IsCompleted)
        {
            read = await transport.Input.ReadAsync(timeout);
            transport.Input.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>
    /// Says why a connection is ended at once. The answer fits into the socket's buffer, so nothing waits. Clients that were still sending
    /// may miss it: what they have sent is not read.
    /// </summary>
    private void Tell(ConnectionContext connection)
    {
        try
        {
            connection.Features.Get<IConnectionSocketFeature>()?.Socket.Send(_answer);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has hung up.
        }
    }

    private sealed class GuardedTransport(IConnectionListenerFactory inner, ConnectionLimit limit) : IConnectionListenerFactory
    {
        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            new Listener(await inner.BindAsync(endpoint, cancellationToken), limit);

        private sealed class Listener(IConnectionListener inner, ConnectionLimit limit) : IConnectionListener
        {
            public EndPoint EndPoint => inner.EndPoint;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
            {
                while (await inner.AcceptAsync(cancellationToken) is { } connection)
                {
                    if (limit.TryAccept(connection))
                    {
                        return connection;
                    }

                    limit.Tell(connection);
                    connection.Abort();
                    await connection.DisposeAsync();
                }

                return null;
            }

            public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
