namespace CloudWall.Scripting.Running;

/// <summary>
/// The place of a call that also waits for a client: it has none to run in meanwhile. How long it waits is counted, so that others need not
/// wait for whoever is slowest. Safe for use from many threads, but for what <see cref="ScriptPlace"/> has.
/// </summary>
internal sealed class StreamPlace : ScriptPlace, IDisposable
{
    /// <summary>How long a call keeps its place while others wait.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Places _places;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending;
    private Places.Place? _place;
    private bool _isWaiting;
    private long _since;
    private long _before;
    private long _entered;

    /// <summary>A place of a call that is about to run.</summary>
    /// <param name="places">Where it runs.</param>
    /// <param name="scope">Its database.</param>
    /// <param name="first">The place that it has.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public StreamPlace(Places places, string scope, Places.Place first, TimeProvider time, CancellationToken cancellation)
    {
        (_places, Scope, _place, _time) = (places, scope, first, time);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Ending = _ending.Token;
        _entered = time.GetTimestamp();
    }

    /// <summary>The database that the call belongs to.</summary>
    public string Scope { get; }

    /// <summary>Cancelled when the call is to end.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Whether it was ended for others.</summary>
    public bool WasEnded { get; private set; }

    /// <summary>How long the call has waited for its client, by now and since the client last took something; zero while it runs.</summary>
    public (TimeSpan InAll, TimeSpan Now) Waited
    {
        get
        {
            lock (_gate)
            {
                return _isWaiting && !WasEnded
                    ? (_time.GetElapsedTime(_since - _before), _time.GetElapsedTime(_since))
                    : default;
            }
        }
    }

    /// <inheritdoc/>
    public override void Check(CancellationToken cancellation, TimeSpan waited = default) => _place?.Check(cancellation, waited);

    /// <inheritdoc/>
    public override void MakeWay()
    {
        if (_time.GetElapsedTime(_entered) >= Turn)
        {
            _place?.Dispose();
            Enter();
        }
    }

    /// <inheritdoc/>
    public override void BeginWait()
    {
        _place?.Dispose();
        _place = null;
        lock (_gate)
        {
            _isWaiting = true;
            _since = _time.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public override void EndWait()
    {
        lock (_gate)
        {
            _isWaiting = false;
            _before += _time.GetTimestamp() - _since;
        }

        Enter();
    }

    /// <summary>Ends the call for others if it waits for its client.</summary>
    public void EndForOthers()
    {
        lock (_gate)
        {
            if (_isWaiting && !WasEnded)
            {
                WasEnded = true;
                _ending.Cancel();
            }
        }
    }

    /// <inheritdoc/>
    protected override void End() => _ending.Cancel();

    public void Dispose()
    {
        lock (_gate)
        {
            _isWaiting = false;
            _ending.Dispose();
        }

        _place?.Dispose();
    }

    private void Enter()
    {
        _place = null;
        _place = _places.EnterAsync(Scope, Ending).GetAwaiter().GetResult();
        _entered = _time.GetTimestamp();
    }
}
