using CloudWall.Documents;

namespace CloudWall.Server.Http;

/// <summary>
/// What one answer has of <see cref="AnswerMemory"/> for the piece that is on its way, and for how long the client has let it wait. Used by
/// one at a time, but for <see cref="Waited"/> and <see cref="Cut"/>.
/// </summary>
/// <param name="memory">The memory.</param>
/// <param name="cut">Cuts the client off.</param>
internal sealed class AnswerShare(AnswerMemory memory, Action cut) : IDisposable
{
    private readonly Lock _gate = new();
    private AnswerMemory.Part? _part;
    private bool _isWaiting;
    private bool _isCut;
    private long _since;
    private long _before;

    /// <summary>How many bytes it has.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// How long the client has let its piece wait, by now and since it last took something; zero while it does not wait for it.
    /// </summary>
    internal (TimeSpan InAll, TimeSpan Now) Waited
    {
        get
        {
            lock (_gate)
            {
                return _isWaiting && !_isCut
                    ? (memory.Time.GetElapsedTime(_since - _before), memory.Time.GetElapsedTime(_since))
                    : default;
            }
        }
    }

    /// <summary>Takes some more for a piece if it can be had without waiting.</summary>
    public bool TryTake(long bytes)
    {
        var part = _part ?? memory.PartFor(bytes);
        if (!part.Gate.TryTake(bytes))
        {
            return false;
        }

        Take(part, bytes);
        return true;
    }

    /// <summary>Takes some for a piece, in turn. What it had before must have been given back.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="hasBegun">Whether the client has part of the answer already, so that it cannot be refused any more.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="DocumentException">429: too many wait, or it took too long.</exception>
    public async ValueTask TakeAsync(long bytes, bool hasBegun, CancellationToken cancellation)
    {
        var part = memory.PartFor(bytes);
        await memory.WaitAsync(part, bytes, hasBegun, cancellation);
        Take(part, bytes);
    }

    /// <summary>Sees to it that what is there already is counted, though nobody has weighed it before. Others wait for it then.</summary>
    /// <param name="bytes">How many bytes there are.</param>
    public void Cover(long bytes)
    {
        if (bytes > AnswerMemory.Free && bytes > Bytes)
        {
            var part = _part ?? memory.PartFor(bytes);
            var more = bytes - Bytes;
            part.Gate.TakeAnyway(more);
            Take(part, more);
        }
    }

    /// <summary>
    /// Covers what is there already, unless nothing is left for it. An answer that has begun cannot be refused, only cut off: that takes
    /// twice as much.
    /// </summary>
    /// <param name="bytes">How many bytes there are.</param>
    /// <param name="hasBegun">Whether the client has part of the answer already.</param>
    /// <exception cref="DocumentException">429: no memory is left.</exception>
    public void CoverOrRefuse(long bytes, bool hasBegun)
    {
        if (bytes > AnswerMemory.Free + Bytes)
        {
            var gate = (_part ?? memory.PartFor(bytes)).Gate;
            if (gate.Taken >= (hasBegun ? 2 : 1) * gate.Capacity)
            {
                throw new DocumentException(HttpErrors.NoMemory);
            }
        }

        Cover(bytes);
    }

    /// <summary>The client does not take what is sent as fast as it comes.</summary>
    public void BeginWait()
    {
        lock (_gate)
        {
            _isWaiting = true;
            _since = memory.Time.GetTimestamp();
        }
    }

    /// <summary>It has taken it.</summary>
    public void EndWait()
    {
        lock (_gate)
        {
            _isWaiting = false;
            _before += memory.Time.GetTimestamp() - _since;
        }
    }

    /// <summary>Gives all of it back.</summary>
    public void Dispose()
    {
        if (_part is not { } part)
        {
            return;
        }

        var bytes = Bytes;
        (_part, Bytes, _before) = (null, 0, 0);
        memory.Remove(this, part, bytes);
    }

    /// <summary>Cuts the client off if it still takes nothing.</summary>
    internal void Cut()
    {
        lock (_gate)
        {
            if (!_isWaiting || _isCut)
            {
                return;
            }

            _isCut = true;
        }

        cut();
    }

    private void Take(AnswerMemory.Part part, long bytes)
    {
        _part = part;
        Bytes += bytes;
        memory.Add(this, part);
    }
}
