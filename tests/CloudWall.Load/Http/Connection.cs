using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace CloudWall.Load.Http;

/// <summary>
/// One HTTP/1.1 connection that does no more than a load generator needs: sends bytes that were made before, and reads answers of a
/// given length, chunked ones, and such without a body.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private Connection(Socket socket) => _socket = socket;

    /// <summary>Where bodies are kept, for requests whose answer is of interest; null to count them only.</summary>
    public ArrayBufferWriter<byte>? Keep { get; set; }

    public static async Task<Connection> OpenAsync(EndPoint endPoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint);
            return new Connection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and reads the answer to its end.</summary>
    public async ValueTask<Answer> SendAsync(ReadOnlyMemory<byte> request, ReadOnlyMemory<byte> body = default)
    {
        await WriteAsync(request);
        if (body.Length > 0)
        {
            await WriteAsync(body);
        }

        var head = await ReadHeadAsync();
        var count = default(BodyCount);
        if (head.Chunked)
        {
            while (await ReadChunkAsync() is > 0 and var length)
            {
                count = await ReadBodyAsync(length, count);
                await SkipAsync(2);
            }

            await SkipAsync(2);
        }
        else
        {
            count = await ReadBodyAsync(head.Length, count);
        }

        return new Answer(head.Status, count.Bytes, count.Lines);
    }

    /// <summary>Sends a request whose answer is a feed, and reads its head.</summary>
    public async ValueTask<int> BeginAsync(ReadOnlyMemory<byte> request)
    {
        await WriteAsync(request);
        return (await ReadHeadAsync()).Status;
    }

    /// <summary>Reads what there is of a chunked feed, at least a chunk.</summary>
    /// <returns>How many line ends it had.</returns>
    public async ValueTask<long> ReadLinesAsync()
    {
        var length = await ReadChunkAsync();
        if (length == 0)
        {
            throw new EndOfStreamException("The feed has ended.");
        }

        var count = await ReadBodyAsync(length, default);
        await SkipAsync(2);
        return count.Lines;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask<ResponseHead> ReadHeadAsync()
    {
        ResponseHead head;
        int length;
        while (!ResponseHead.TryParse(_buffer.AsSpan(_start, _end - _start), out head, out length))
        {
            await FillAsync();
        }

        _start += length;
        return head.Status == 100 ? await ReadHeadAsync() : head;
    }

    private async ValueTask<long> ReadChunkAsync()
    {
        int end;
        while ((end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        if (!Utf8Parser.TryParse(_buffer.AsSpan(_start, end), out long length, out _, 'x'))
        {
            throw new InvalidDataException("A chunk has no length.");
        }

        _start += end + 2;
        return length;
    }

    private async ValueTask<BodyCount> ReadBodyAsync(long length, BodyCount count)
    {
        for (var left = length; left > 0;)
        {
            if (_start == _end)
            {
                await FillAsync();
            }

            var part = _buffer.AsSpan(_start, (int)Math.Min(left, _end - _start));
            count = new BodyCount(count.Bytes + part.Length, count.Lines + part.Count((byte)'\n'));
            Keep?.Write(part);
            _start += part.Length;
            left -= part.Length;
        }

        return count;
    }

    private async ValueTask SkipAsync(int count)
    {
        while (_end - _start < count)
        {
            await FillAsync();
        }

        _start += count;
    }

    private async ValueTask FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                throw new InvalidDataException("A head is too long.");
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        if (read == 0)
        {
            throw new EndOfStreamException("The server has hung up.");
        }

        _end += read;
    }

    private readonly record struct BodyCount(long Bytes, long Lines);
}
