namespace CloudWall.Indexing.Building;

/// <summary>
/// Counts the open snapshots of an index. The rows of a removed index are erased only when no snapshot holds the store, because the store
/// deletes whole files even while snapshots exist. Thread-safe.
/// </summary>
internal sealed class IndexReaders
{
    private readonly Lock _gate = new();
    private int _open;
    private int _holding;
    private bool _isClosed;
    private Action? _whenReleased;

    /// <summary>Counts a new snapshot, which holds the store.</summary>
    /// <returns>False where the index is closed or removed.</returns>
    public bool TryOpen()
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _open++;
                _holding++;
            }

            return !_isClosed;
        }
    }

    /// <summary>Counts a snapshot that had released the store and holds it again.</summary>
    /// <returns>False where the index has been removed.</returns>
    public bool TryHold()
    {
        lock (_gate)
        {
            _holding += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    /// <summary>Counts a snapshot that releases the store.</summary>
    public void Release()
    {
        Action? whenReleased = null;
        lock (_gate)
        {
            if (--_holding == 0)
            {
                (whenReleased, _whenReleased) = (_whenReleased, null);
            }
        }

        whenReleased?.Invoke();
    }

    /// <summary>Ends a snapshot that has released the store.</summary>
    public void End()
    {
        lock (_gate)
        {
            _open--;
        }
    }

    /// <summary>Refuses new snapshots if there are none now.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            return _isClosed |= _open == 0;
        }
    }

    /// <summary>Refuses new snapshots. Those that hold the store continue.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>
    /// Calls an action once no snapshot holds the store: at once, or when the last one releases it. Called once, after
    /// <see cref="Close"/>.
    /// </summary>
    public void WhenReleased(Action action)
    {
        lock (_gate)
        {
            if (_holding > 0)
            {
                _whenReleased = action;
                return;
            }
        }

        action();
    }
}
