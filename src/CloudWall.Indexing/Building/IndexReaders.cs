namespace CloudWall.Indexing.Building;

/// <summary>
/// Counts the snapshots of an index. The rows of an index that is removed are erased only when no snapshot holds the store, because the
/// store may delete their files at once, whatever it was asked to hold. Safe for use from many threads.
/// </summary>
internal sealed class IndexReaders
{
    private readonly Lock _gate = new();
    private int _open;
    private int _holding;
    private bool _isClosed;
    private Action? _whenReleased;

    /// <summary>A snapshot is opened, and holds the store.</summary>
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

    /// <summary>A snapshot that let go of the store holds it again.</summary>
    /// <returns>False where the index has been removed.</returns>
    public bool TryHold()
    {
        lock (_gate)
        {
            _holding += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    /// <summary>A snapshot lets go of the store.</summary>
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

    /// <summary>A snapshot that has let go of the store is done with.</summary>
    public void End()
    {
        lock (_gate)
        {
            _open--;
        }
    }

    /// <summary>Refuses new snapshots, unless there is one.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            return _isClosed |= _open == 0;
        }
    }

    /// <summary>Refuses snapshots; those that hold the store go on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>
    /// Calls something once no snapshot holds the store: at once, or when the last one lets go of it. To be called once, after
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
