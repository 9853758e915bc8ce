using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>One connection of the <see cref="RawHttpClient"/>.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawConnection(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Whether nothing has come since the last answer, not even the end of the connection.</summary>
    public bool IsQuiet => _start == _end && !_socket.Poll(0, SelectMode.SelectRead);

    public static async Task<RawConnection> OpenAsync(string host, CancellationToken cancellation)
    {
        var address = new Uri("http://" + host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellation);
            return new RawConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(byte[] head, byte[]? body, CancellationToken cancellation)
    {
        await _stream.WriteAsync(body is { Length: > 0 and <= 8192 } ? (byte[])[.. head, .. body] : head, cancellation);
        if (body is { Length: > 8192 })
        {
            await _stream.WriteAsync(body, cancellation);
        }
    }

    /// <summary>Reads the head of the final answer; interim ones (1xx) are passed over.</summary>
    public async Task<AnswerHead> ReadHeadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var statusLine = await ReadLineAsync(cancellation);
            if (!statusLine.StartsWith("HTTP/1.", StringComparison.Ordinal) || statusLine.Length < 12
                || !int.TryParse(statusLine.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                throw new FormatException("status line " + Difference.Clip(statusLine));
            }

            var headers = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await ReadLineAsync(cancellation) is { Length: > 0 } line)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon < 1)
                {
                    throw new FormatException("header " + Difference.Clip(line));
                }

                var name = line[..colon].ToLowerInvariant();
                var value = line[(colon + 1)..].Trim();
                headers[name] = headers.TryGetValue(name, out var before) ? before + "\n" + value : value;
            }

            if (status >= 200)
            {
                return new AnswerHead(status, headers);
            }
        }
    }

    /// <summary>Appends the body to <paramref name="body"/> as it comes. False when the stop rule ended it.</summary>
    public async Task<bool> ReadBodyAsync(AnswerHead head, string method, MemoryStream body, StopRule? stop, CancellationToken cancellation)
    {
        if (method == "HEAD" || head.Status is 204 or 304)
        {
            return true;
        }

        if (head.IsChunked)
        {
            while (true)
            {
                var size = await ReadLineAsync(cancellation);
                if (size.StartsWith("HTTP/1.", StringComparison.Ordinal))
                {
                    // CouchDB breaks a list function's answer off by sending an error's; what came before it is the body.
                    return false;
                }

                if (!long.TryParse(size.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length))
                {
                    throw new FormatException("chunk size " + Difference.Clip(size));
                }

                if (length == 0)
                {
                    while ((await ReadLineAsync(cancellation)).Length > 0)
                    {
                    }

                    return true;
                }

                if (!await CopyAsync(length, body, stop, cancellation))
                {
                    return false;
                }

                await ReadLineAsync(cancellation);
            }
        }

        if (head.ContentLength is { } whole)
        {
            return await CopyAsync(whole, body, stop, cancellation);
        }

        while (_start < _end || await FillAsync(cancellation))
        {
            if (!await CopyAsync(_end - _start, body, stop, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => _stream.Dispose();

    private async ValueTask<bool> CopyAsync(long count, MemoryStream body, StopRule? stop, CancellationToken cancellation)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync(cancellation))
            {
                throw new IOException($"{count} bytes are missing");
            }

            var taken = (int)Math.Min(count, _end - _start);
            body.Write(_buffer, _start, taken);
            _start += taken;
            count -= taken;
            if (stop is not null && stop.IsReached(body.GetBuffer().AsSpan(0, (int)body.Length)))
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new List<byte>();
        while (true)
        {
            var end = _buffer.AsSpan(_start.._end).IndexOf((byte)'\n');
            line.AddRange(_buffer.AsSpan(_start, end < 0 ? _end - _start : end));
            _start = end < 0 ? _end : _start + end + 1;
            if (end >= 0)
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            if (!await FillAsync(cancellation))
            {
                throw new IOException("closed by the server");
            }
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _start = 0;
        _end = 0;
        _end = await _stream.ReadAsync(_buffer, cancellation);
        return _end > 0;
    }
}
