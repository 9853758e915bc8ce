using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <summary>
/// Lets <c>%00</c> through in request lines. Kestrel refuses it before anyone is asked, while CouchDB has documents whose ids
/// contain a NUL. Sits between the socket and Kestrel's parser, and rewrites it there to an escape of the same length that
/// cannot be in a valid target; <see cref="RequestTarget"/> reads it back. Headers and bodies are never touched.
/// </summary>
internal sealed class NullEscapes : PipeReader
{
    private const string StandIn = "%0\u007f";

    private readonly PipeReader _inner;
    private bool _lineSeen;

    private NullEscapes(PipeReader inner) => _inner = inner;

    /// <summary>The connection middleware.</summary>
    public static ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        var filter = new NullEscapes(transport.Input);
        connection.Transport = new Duplex(filter, transport.Output);
        connection.Features.Set(filter);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    /// <summary>Undoes the rewriting.</summary>
    public static string Restore(string target) =>
        target.Contains('\u007f', StringComparison.Ordinal) ? target.Replace(StandIn, "%00", StringComparison.Ordinal) : target;

    /// <summary>
    /// To be called for each request before it is answered. Completed callbacks run when Kestrel has taken the whole request,
    /// body included, off the connection: what is read next begins with a request line.
    /// </summary>
    public static void Watch(HttpContext context)
    {
        if (context.Features.Get<NullEscapes>() is { } filter)
        {
            context.Response.OnCompleted(
                static state =>
                {
                    ((NullEscapes)state)._lineSeen = false;
                    return Task.CompletedTask;
                },
                filter);
        }
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => _inner.AdvanceTo(consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _inner.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override void CancelPendingRead() => _inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _inner.ReadAsync(cancellationToken);
        if (_lineSeen)
        {
            return read;
        }

        return read.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Filter(read.Result)) : AwaitAsync(read);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (!_inner.TryRead(out result))
        {
            return false;
        }

        if (!_lineSeen)
        {
            Filter(result);
        }

        return true;
    }

    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> read) => Filter(await read);

    private ReadResult Filter(ReadResult result)
    {
        var buffer = result.Buffer;
        var lines = new SequenceReader<byte>(buffer);
        lines.AdvancePastAny((byte)'\r', (byte)'\n');
        if (!lines.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            // Kestrel gives up on a line that is too long by itself; until then it asks again with all of it.
            return result;
        }

        _lineSeen = true;
        var escapes = new SequenceReader<byte>(line);
        while (escapes.TryReadTo(out ReadOnlySequence<byte> _, "%00"u8))
        {
            // The buffers belong to this connection alone, and Kestrel too decodes paths in place.
            MemoryMarshal.AsMemory(line.Slice(line.GetPosition(escapes.Consumed - 1), 1).First).Span[0] = 0x7f;
        }

        return result;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
