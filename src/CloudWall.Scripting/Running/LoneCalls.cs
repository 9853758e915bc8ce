namespace CloudWall.Scripting.Running;

/// <summary>
/// Calls of which one runs at a time. Databases take turns, and the calls of one database run in the order in which they came, so that a
/// database with many such calls does not keep another one waiting for all of them.
/// </summary>
internal sealed class LoneCalls
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Call> _waiting = new();
    private string? _last;
    private bool _isBusy;

    /// <summary>Adds a call that waits for its turn.</summary>
    /// <param name="scope">Its database.</param>
    /// <returns>The call, which ends when it is disposed.</returns>
    public Call Add(string scope)
    {
        var call = new Call(this, scope);
        lock (_lock)
        {
            _waiting.AddLast(call);
        }

        return call;
    }

    private bool TryBegin(Call call)
    {
        lock (_lock)
        {
            if (_isBusy || Next() != call)
            {
                return false;
            }

            _waiting.Remove(call);
            _last = call.Scope;
            return _isBusy = true;
        }
    }

    private void End(Call call)
    {
        lock (_lock)
        {
            if (call.IsRunning)
            {
                _isBusy = false;
            }
            else
            {
                _waiting.Remove(call);
            }
        }
    }

    /// <summary>The first call of another database than the last one that ran, or else the first.</summary>
    private Call? Next()
    {
        foreach (var call in _waiting)
        {
            if (call.Scope != _last)
            {
                return call;
            }
        }

        return _waiting.First?.Value;
    }

    /// <summary>A call that waits or runs. For one thread.</summary>
    internal sealed class Call(LoneCalls calls, string scope) : IDisposable
    {
        private bool _isOver;

        /// <summary>Its database.</summary>
        public string Scope => scope;

        /// <summary>Whether its turn has come.</summary>
        public bool IsRunning { get; private set; }

        /// <summary>Begins its turn where it is the next and no other runs.</summary>
        public bool TryBegin() => IsRunning = calls.TryBegin(this);

        /// <summary>Ends its turn, or its wait.</summary>
        public void Dispose()
        {
            if (!_isOver)
            {
                _isOver = true;
                calls.End(this);
            }
        }
    }
}
