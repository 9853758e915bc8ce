namespace CloudWall.Indexing.Building;

/// <summary>A build's turn.</summary>
/// <param name="turns">The turns of all builds.</param>
/// <param name="database">The incarnation of the build's database.</param>
/// <param name="time">The clock.</param>
internal sealed class BuildTurn(BuildTurns turns, string database, TimeProvider time) : IDisposable
{
    private volatile bool _isLost;
    private long _since;

    /// <summary>The incarnation of the build's database.</summary>
    public string Database => database;

    /// <summary>
    /// The line from which the build got its turn; null while it has none. Guarded by the lock of <see cref="BuildTurns"/>.
    /// </summary>
    public BuildLine? Line { get; private set; }

    /// <summary>Whether the turn was taken away, because the build kept it too long while others waited.</summary>
    public bool IsLost
    {
        get => _isLost;
        set => _isLost = value;
    }

    /// <summary>How long the build has had its turn.</summary>
    public TimeSpan Age => time.GetElapsedTime(_since);

    /// <summary>Whether the build has to yield to others.</summary>
    public bool IsOver => _isLost || (Line is { Waiting: > 0 } line && Age >= line.Length);

    /// <summary>The turn begins.</summary>
    public void Begin(BuildLine line)
    {
        _since = time.GetTimestamp();
        _isLost = false;
        Line = line;
    }

    /// <summary>The turn has ended.</summary>
    public void End() => Line = null;

    /// <summary>Yields the turn and waits for the next one.</summary>
    /// <param name="cancellation">Cancels the wait.</param>
    public Task GiveWayAsync(CancellationToken cancellation)
    {
        Dispose();
        return turns.EnterAsync(this, isNew: false, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => turns.Leave(this);
}
