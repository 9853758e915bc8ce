using System.Runtime.ExceptionServices;
using CloudWall.Documents.Json;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// A list function's way to its rows and to the client. It runs on a thread of its own, which waits where the client is slow.
/// </summary>
internal sealed class ListAnswer(Exchange exchange, ListRows rows) : ListExchange, IDisposable
{
    private readonly JsonBuffer _row = new(1024);
    private ResponseStream? _stream;
    private Exception? _failure;

    /// <summary>Cancelled when the list is to end, whatever its client does.</summary>
    public CancellationToken Ending { get; set; }

    /// <inheritdoc/>
    public override void Start(ReadOnlyMemory<byte> response) => Guard(() =>
    {
        var answer = NormalJson.FromStored(response);
        var status = answer.Member("code"u8) is { IsNull: false } code ? FunctionResponse.ReadStatus(code) : 200;
        if (answer.Member("headers"u8) is { } headers)
        {
            FunctionHeaders.Apply(exchange, headers);
        }

        // As in CouchDB, content that is given to start() is not sent, but it names the type.
        if (exchange.Headers.ContentType.Count == 0 && FunctionResponse.TypeOf(answer) is { } type)
        {
            exchange.Headers.ContentType = type;
        }

        FunctionHeaders.Confine(exchange);
        exchange.IsPlain = true;
        _stream = exchange.BeginStream(status);
        _stream.Stalled = rows.Pause;
    });

    /// <inheritdoc/>
    public override void Send(ReadOnlyMemory<byte> text) => Guard(() =>
    {
        _stream!.Buffer.Raw(text.Span);
        Wait(_stream.FlushIfFullAsync());
    });

    /// <inheritdoc/>
    public override bool TryGetRow(out ReadOnlyMemory<byte> row)
    {
        var any = false;
        _row.Clear();
        Guard(() => any = rows.TryWrite(_row));
        row = _row.WrittenMemory;
        return any;
    }

    /// <summary>Ends the answer, or throws what went wrong on the way.</summary>
    public async Task CompleteAsync()
    {
        ThrowIfFailed();
        if (_stream is not null)
        {
            await _stream.CompleteAsync();
        }
    }

    /// <summary>Throws what went wrong outside of the function.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        _row.Dispose();
    }

    private void Wait(ValueTask sending)
    {
        // Whoever does not read is cut off, or there would be no end to what is on its way.
        using var cut = sending.IsCompleted
            ? default
            : Ending.UnsafeRegister(static state => ((Exchange)state!).Context.Abort(), exchange);
        Await(sending);
    }

    /// <summary>What fails in here is not the function's, and must not pass through it.</summary>
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw new OperationCanceledException("The list has ended.", failure);
        }
    }
}
