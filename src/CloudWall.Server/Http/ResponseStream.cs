using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;

namespace CloudWall.Server.Http;

/// <summary>
/// An answer of unknown length. Append to <see cref="Buffer"/>, and call <see cref="FlushIfFullAsync"/> after each row: it
/// sends what has gathered and waits where the client reads more slowly than we write, so memory stays bounded. As long as
/// nothing has been sent, an exception still becomes a proper error answer; afterwards it cuts the connection, so that the
/// client sees that the answer is not whole. End with <see cref="CompleteAsync"/>. For HEAD the handler runs as for GET, so that it fails
/// as GET would, and ends where the first bytes would be sent.
/// </summary>
internal sealed class ResponseStream : IJsonOutput, IDisposable
{
    private const int FlushAt = 16 * 1024;

    private readonly Exchange _exchange;
    private bool _started;

    /// <summary>For <see cref="Exchange.BeginStream"/>.</summary>
    internal ResponseStream(Exchange exchange)
    {
        _exchange = exchange;
        if (exchange.Script is { } script)
        {
            Buffer.Raw(script.Start);
        }
    }

    /// <summary>Where the answer is written.</summary>
    public JsonBuffer Buffer { get; } = new(FlushAt + 4096);

    /// <summary>Called where the client has stopped to take what is sent: what is held of the store can be let go of.</summary>
    public Action? Stalled { get; set; }

    /// <summary>Whether enough has gathered to be sent.</summary>
    public bool IsFull => Buffer.WrittenCount >= FlushAt;

    /// <summary>Sends what has gathered if it is worth a packet or more.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public ValueTask FlushIfFullAsync() => IsFull ? FlushAsync() : ValueTask.CompletedTask;

    /// <summary>
    /// Takes a share of the memory that answers have, for a piece that is larger than <see cref="AnswerMemory.Free"/>. It is given back
    /// when the piece has been sent.
    /// </summary>
    /// <param name="bytes">How many bytes it has.</param>
    /// <exception cref="DocumentException">429: too many wait for memory, or it took too long. Only where nothing has been
    /// sent.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public ValueTask ReserveAsync(long bytes)
    {
        return Buffer.WrittenCount + bytes <= AnswerMemory.Free || _exchange.AnswerShare.TryTake(bytes)
            ? ValueTask.CompletedTask
            : WaitAsync();

        async ValueTask WaitAsync()
        {
            Stalled?.Invoke();
            if (_exchange.AnswerShare.Bytes > 0 || IsFull)
            {
                // Who waits holds nothing meanwhile.
                await FlushAsync();
            }

            await _exchange.AnswerShare.TakeAsync(bytes, _exchange.HasStarted, _exchange.Aborted);
        }
    }

    /// <summary>Sends what has gathered, and the headers if they are not yet out. For feeds that then wait.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask FlushAsync()
    {
        ThrowIfHead();
        _started = true;
        if (!Exchange.IsOnePiece(Buffer.WrittenCount))
        {
            var share = _exchange.AnswerShare;
            share.CoverOrRefuse(Buffer.WrittenCount, _exchange.HasStarted);
            await _exchange.SendAsync(Buffer.WrittenMemory, Stalled);
            Buffer.Release();
            share.Dispose();
            return;
        }

        var sending = _exchange.SendAsync(Buffer.WrittenMemory, Stalled);
        if (sending.IsCompleted)
        {
            Buffer.Clear();
        }
        else
        {
            // It has been copied: while the client is slow, others can use the memory.
            Buffer.Release();
        }

        _exchange.ReleaseAnswerShare();
        await sending;
    }

    /// <summary>Gives the buffer back for as long as nothing is written, for feeds that wait.</summary>
    public void Rest() => Buffer.Release();

    /// <summary>
    /// Sends bytes that lie elsewhere (an attachment's), after what has gathered, without copying them here first.
    /// </summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        ThrowIfHead();
        if (Buffer.WrittenCount > 0)
        {
            await FlushAsync();
        }

        _started = true;
        await _exchange.SendAsync(bytes, Stalled);
    }

    /// <summary>Ends the answer.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask CompleteAsync()
    {
        if (_exchange.Script is { } script)
        {
            if (Buffer.WrittenSpan is [.., (byte)'\n'])
            {
                Buffer.Advance(-1);
            }

            Buffer.Raw(JsonScript.End);
        }

        if (!_started)
        {
            _exchange.SetLength(Buffer.WrittenCount);
        }

        await FlushAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();

    private void ThrowIfHead()
    {
        if (_exchange.IsHead)
        {
            throw new HeadAnsweredException();
        }
    }
}
