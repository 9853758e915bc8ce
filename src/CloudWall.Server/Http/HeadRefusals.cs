using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;

namespace CloudWall.Server.Http;

/// <summary>
/// Kestrel refuses a malformed head by itself, with a status and nothing else: no request exists then. This writer sits between Kestrel and
/// the socket, and gives these answers the headers and the JSON that all other errors have.
/// </summary>
/// <param name="inner">Where Kestrel would write.</param>
/// <param name="isAnswering">Whether a request is being answered, whose bytes pass as they are.</param>
/// <param name="isAwaited">Whether a head has come that nothing has answered.</param>
internal sealed class HeadRefusals(PipeWriter inner, Func<bool> isAnswering, Func<bool> isAwaited) : PipeWriter
{
    private static readonly DocumentError Malformed = DocumentError.BadRequest("The head of the request is malformed.");

    // What Kestrel fails on instead of refusing it: a Content-Length of more than 20 digits.
    private static readonly byte[] Failed =
        Explain("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8);

    // What Kestrel has written outside of a request.
    private ArrayBufferWriter<byte>? _refusal;
    private bool _isRefusing;
    private bool _hasRefused;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    /// <inheritdoc/>
    public override long UnflushedBytes => inner.UnflushedBytes + (_refusal?.WrittenCount ?? 0);

    private ArrayBufferWriter<byte> Refusal => _refusal ??= new ArrayBufferWriter<byte>(256);

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        IsRefusing() ? Refusal.GetMemory(sizeHint) : inner.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => IsRefusing() ? Refusal.GetSpan(sizeHint) : inner.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        if (_isRefusing)
        {
            Refusal.Advance(bytes);
        }
        else
        {
            inner.Advance(bytes);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        WriteRefusal();
        return inner.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        WriteRefusal();
        inner.Complete(exception);
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        WriteRefusal();
        return inner.CompleteAsync(exception);
    }

    /// <summary>To be called when Kestrel has done with the connection: answers a head that it has failed on without a word.</summary>
    public async ValueTask EndAsync()
    {
        if (!_hasRefused && !isAnswering() && isAwaited())
        {
            await inner.WriteAsync(Failed);
        }
    }

    /// <summary>What an answer of Kestrel becomes.</summary>
    /// <param name="answer">The answer: a status, headers, and no body.</param>
    internal static byte[] Explain(ReadOnlySpan<byte> answer)
    {
        var text = Encoding.ASCII.GetString(answer);
        var head = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (head[0].Split(' ', 3) is not ["HTTP/1.1", var code, var phrase]
            || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            || status < 400
            || !text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            return answer.ToArray();
        }

        var error = status switch
        {
            400 => Malformed,
            408 => new DocumentError(status, "timeout", "The head of the request did not come in time."),
            414 => HttpErrors.TargetTooLong,
            431 => new DocumentError(status, "too_long", "The headers of the request are too long."),
            _ => new DocumentError(status, phrase.ToLowerInvariant().Replace(' ', '_'), phrase + "."),
        };
        using var json = new JsonBuffer(128);
        json.Raw("{"u8).Failure(error).Raw("}\n"u8);
        var kept = head.Where(static line => !line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return
        [
            .. Encoding.ASCII.GetBytes(
                string.Join("\r\n", kept)
                + "\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nServer: " + Product.ServerHeader
                + "\r\nContent-Length: " + json.WrittenCount.ToString(CultureInfo.InvariantCulture) + "\r\n\r\n"),
            .. json.WrittenSpan,
        ];
    }

    private bool IsRefusing() => _isRefusing = !isAnswering();

    private void WriteRefusal()
    {
        if (_refusal is { WrittenCount: > 0 } refusal)
        {
            _refusal = null;
            _hasRefused = true;
            inner.Write(Explain(refusal.WrittenSpan));
        }
    }
}
