namespace CloudWall.Replication.Remote;

/// <summary>Gives up on a peer that has been silent for too long, however long the whole exchange takes.</summary>
internal sealed class SilenceTimer : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _cancellation;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>A timer that does not run yet.</summary>
    /// <param name="limit">How long the peer may be silent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up for other reasons.</param>
    public SilenceTimer(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        _limit = limit;
        _cancellation = cancellation;
        _source = new CancellationTokenSource(System.Threading.Timeout.InfiniteTimeSpan, time);
        _registration = cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>Cancelled after silence, or when the caller gives up.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Begins, or begins again, to wait for the peer.</summary>
    public void Start() => CancelAfter(_limit);

    /// <summary>Stops waiting for the peer: it is our turn.</summary>
    public void Pause() => CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);

    /// <summary>Gives up with another caller as well, until what is returned is disposed of.</summary>
    public CancellationTokenRegistration CancelWith(CancellationToken other) => other == _cancellation
        ? default
        : other.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);

    /// <summary>What a cancelled operation means: the caller's own cancellation as it is, silence as a failure of the peer.</summary>
    public Exception Translate(OperationCanceledException cancelled) => _cancellation.IsCancellationRequested
        ? new OperationCanceledException(cancelled.Message, cancelled, _cancellation)
        : new IOException(
            _source.IsCancellationRequested ? $"The peer was silent for {_limit.TotalSeconds:0.###} s." : "The connection timed out.", cancelled);

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _source.Dispose();
        }
    }

    private void CancelAfter(TimeSpan delay)
    {
        // A body may still be on its way when the answer has been read and all of it let go.
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _source.CancelAfter(delay);
            }
        }
    }
}
