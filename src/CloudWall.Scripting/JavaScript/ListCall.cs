using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.JavaScript;

/// <summary>A call of a list function: rows go in, text comes out. As in CouchDB, <c>start()</c> holds until something was sent.</summary>
internal sealed class ListCall(string scope, ScriptHostOptions options, ListExchange exchange, CancellationToken cancellation)
    : TimedCall(scope, options, cancellation)
{
    private readonly ScriptHostOptions _options = options;
    private ReadOnlyMemory<byte> _response = "{}"u8.ToArray();
    private TimeSpan _before;
    private bool _started;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? NextRow(ReadOnlyMemory<byte>? start, ReadOnlyMemory<byte> text)
    {
        DriverError.RequireUtf8(text.Span);
        DriverError.RequireUtf8(start.GetValueOrDefault().Span);
        CheckTotal();
        _before += Elapsed;
        Put(text, start);
        ScriptPlace.Current?.MakeWay();
        ReadOnlyMemory<byte>? next = exchange.TryGetRow(out var row) ? row : default(ReadOnlyMemory<byte>?);

        // Time that others took is not the function's.
        BeginPiece();
        return next;
    }

    /// <inheritdoc/>
    public override void CheckTime()
    {
        base.CheckTime();
        CheckTotal();
    }

    /// <summary>The function has returned.</summary>
    /// <param name="text">What it has sent since the last row, as JSON.</param>
    /// <param name="start">The response that it has started since, as JSON, or null.</param>
    public void Finish(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte>? start)
    {
        Put(text, start);
        if (!_started)
        {
            exchange.Start("{}"u8.ToArray());
        }
    }

    private void Put(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte>? start)
    {
        _response = start ?? _response;
        if (text.Span.SequenceEqual("null"u8))
        {
            return;
        }

        var bytes = DriverError.Decode(text.Span);
        if (!_started)
        {
            _started = true;
            exchange.Start(DriverError.ReadValue(_response.Span));
        }

        if (bytes.Length > 0)
        {
            exchange.Send(bytes);
        }
    }

    private void CheckTotal()
    {
        if (_before + Elapsed > _options.Limits.ListTimeout)
        {
            throw ScriptException.TimedOut();
        }
    }
}
