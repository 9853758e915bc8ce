using System.IO.Pipelines;

namespace CloudWall.Server.Http;

/// <summary>
/// A request's body as endpoints read it. It remembers a read that was never given back, as happens where an endpoint has seen
/// enough or fails in the middle: Kestrel could not drain the rest then, and would have to give up the connection.
/// </summary>
internal sealed class BodyPipe(PipeReader inner) : PipeReader
{
    private ReadResult? _open;

    /// <summary>How many bytes of it have been taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Whether all of it has been taken.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Gives back what has been read.</summary>
    public void Release()
    {
        if (_open is { } read)
        {
            AdvanceTo(read.Buffer.End);
        }
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed)
    {
        Note(consumed);
        inner.AdvanceTo(consumed);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Note(consumed);
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        _open = null;
        inner.Complete(exception);
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Opened(read.Result)) : AwaitAsync(read);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        Opened(result);
        return true;
    }

    private void Note(SequencePosition consumed)
    {
        if (_open is { } read)
        {
            Taken += read.Buffer.Slice(0, consumed).Length;
            IsTaken |= read.IsCompleted && consumed.Equals(read.Buffer.End);
        }

        _open = null;
    }

    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> read) => Opened(await read);

    private ReadResult Opened(ReadResult read)
    {
        _open = read;
        return read;
    }
}
