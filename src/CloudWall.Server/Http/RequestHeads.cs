using System.Buffers;
using System.IO.Pipelines;
using CloudWall.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <summary>
/// Lets requests through that CouchDB answers and Kestrel refuses before anyone is asked: with <c>%00</c> or bytes beyond ASCII in the
/// target, without a <c>Host</c>, or with one that names no host. It sits between the socket and Kestrel's parser, and gives that a head
/// that it takes (<see cref="RequestHead"/>) in the place of the one that was sent. Other heads and all bodies pass as they are.
/// </summary>
internal sealed class RequestHeads : PipeReader
{
    /// <summary>A request line that is longer is Kestrel's to refuse.</summary>
    private const int MostHeld = HttpSettings.MaxRequestLine;

    private readonly PipeReader _inner;
    private bool _headSeen;
    private bool _isAnswering;
    private string? _host;
    private long _looked;

    // The head that Kestrel is given, and the end of the one that it stands for.
    private ReadOnlySequence<byte>? _given;
    private SequencePosition _sentEnd;

    private RequestHeads(PipeReader inner) => _inner = inner;

    /// <summary>The connection middleware.</summary>
    public static ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        var filter = new RequestHeads(transport.Input);
        var refusals = new HeadRefusals(transport.Output, () => filter._isAnswering, () => filter._headSeen);
        connection.Transport = new Duplex(filter, refusals);
        connection.Features.Set(filter);
        try
        {
            await next(connection);
            await refusals.EndAsync();
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    /// <summary>
    /// To be called for each request before it is answered. When its callbacks run nothing of its body is left on the connection
    /// (<see cref="Exchange.FinishAsync"/>): what is read next is the head of another.
    /// </summary>
    public static void Watch(HttpContext context)
    {
        if (context.Features.Get<RequestHeads>() is not { } filter)
        {
            return;
        }

        filter._isAnswering = true;
        if (filter._host is { } host)
        {
            context.Request.Headers.Host = host;
            filter._host = null;
        }

        context.Response.OnCompleted(
            static state =>
            {
                var filter = (RequestHeads)state;
                filter._headSeen = false;
                filter._isAnswering = false;
                return Task.CompletedTask;
            },
            filter);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_given is not { } given)
        {
            _inner.AdvanceTo(consumed, examined);
            return;
        }

        _given = given.Slice(consumed);
        if (_given.Value.IsEmpty)
        {
            _given = null;
            _inner.AdvanceTo(_sentEnd);
        }
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => _inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_given is { } given)
        {
            return new(new ReadResult(given, isCanceled: false, isCompleted: false));
        }

        var read = _inner.ReadAsync(cancellationToken);
        return _headSeen ? read : ReadHeadAsync(read, cancellationToken);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (_given is { } given)
        {
            result = new ReadResult(given, isCanceled: false, isCompleted: false);
            return true;
        }

        if (!_inner.TryRead(out result))
        {
            return false;
        }

        if (_headSeen || TryPass(ref result))
        {
            return true;
        }

        _inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        return false;
    }

    private ValueTask<ReadResult> ReadHeadAsync(ValueTask<ReadResult> read, CancellationToken cancellation)
    {
        while (read.IsCompletedSuccessfully)
        {
            var result = read.Result;
            if (TryPass(ref result))
            {
                return new(result);
            }

            _inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            read = _inner.ReadAsync(cancellation);
        }

        return AwaitHeadAsync(read, cancellation);

        async ValueTask<ReadResult> AwaitHeadAsync(ValueTask<ReadResult> read, CancellationToken cancellation)
        {
            while (true)
            {
                var result = await read;
                if (TryPass(ref result))
                {
                    return result;
                }

                _inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                read = _inner.ReadAsync(cancellation);
            }
        }
    }

    /// <summary>Puts another head into the place of the one that has come, where Kestrel would not take that.</summary>
    /// <returns>False where more of it has to come first.</returns>
    private bool TryPass(ref ReadResult result)
    {
        var buffer = result.Buffer;
        var look = Look(buffer);
        if (look == HeadLook.Partial && buffer.Length < MostHeld && !result.IsCompleted)
        {
            // Kestrel asks again after a cancelled read, with all that it was shown.
            return result.IsCanceled;
        }

        // A client that hangs up between two requests has sent no head.
        _headSeen = !buffer.IsEmpty;
        _looked = 0;
        if (look == HeadLook.Odd)
        {
            var head = RequestHead.Mend(Start(buffer), out var length, out _host);
            _sentEnd = buffer.GetPosition(length);
            _given = new ReadOnlySequence<byte>(head);
            result = new ReadResult(_given.Value, result.IsCanceled, isCompleted: false);
        }

        return true;
    }

    /// <summary>Looks again only where a line has ended: whoever sends byte by byte must not have the whole copied for each.</summary>
    private HeadLook Look(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            return RequestHead.Look(buffer.FirstSpan);
        }

        var isNew = buffer.Slice(Math.Min(_looked, buffer.Length)).PositionOf((byte)'\n') is not null;
        _looked = buffer.Length;
        return isNew ? RequestHead.Look(Start(buffer)) : HeadLook.Partial;
    }

    private static byte[] Start(in ReadOnlySequence<byte> buffer) => buffer.Slice(0, Math.Min(buffer.Length, MostHeld)).ToArray();

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
