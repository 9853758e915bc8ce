namespace CloudWall.Scripting.Running;

/// <summary>
/// The places for calls. One database has at most half of them, and databases that wait take turns. One place is quick: a call that has held
/// it for <see cref="QuickTime"/> moves to another, and waits where there is none. So what is short never waits for what is long.
/// </summary>
/// <param name="count">How many there are, at least two.</param>
/// <param name="time">The clock.</param>
internal sealed class Places(int count, TimeProvider time)
{
    /// <summary>How long a call may hold the quick place.</summary>
    public static readonly TimeSpan QuickTime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Scope> _scopes = new(StringComparer.Ordinal);
    private readonly LinkedList<Scope> _waiting = new();
    private readonly LinkedList<Place> _moving = new();
    private readonly int _most = Math.Max(1, count / 2);
    private readonly int _mostMoving = 4 * count;
    private int _free = count - 1;
    private bool _quickIsFree = true;

    /// <summary>How many calls have left the quick place and wait for another.</summary>
    public int Moving
    {
        get
        {
            lock (_lock)
            {
                return _moving.Count;
            }
        }
    }

    /// <summary>Whether a database has as many places as one may have.</summary>
    public bool HasItsShare(string scope)
    {
        lock (_lock)
        {
            return _scopes.TryGetValue(scope, out var state) && state.Running >= _most;
        }
    }

    /// <summary>Takes a place as soon as there is one.</summary>
    public Task<Place> EnterAsync(string scope, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<Place>(cancellation);
        }

        var place = new Place(this, time);
        lock (_lock)
        {
            if (!_scopes.TryGetValue(scope, out var state))
            {
                _scopes.Add(scope, state = new Scope(scope));
            }

            place.Owner = state;
            state.Queue.AddLast(place.Node);
            if (state.Queue.Count == 1)
            {
                _waiting.AddLast(state.Node);
            }

            Admit();
        }

        if (cancellation.CanBeCanceled && !place.Entered.Task.IsCompleted)
        {
            var registration = cancellation.Register(static (state, token) => ((Place)state!).GiveUp(token), place);
            _ = place.Entered.Task.ContinueWith(
                static (_, state) => ((CancellationTokenRegistration)state!).Dispose(), registration, CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return place.Entered.Task;
    }

    private void GiveUp(Place place, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (place.Node.List is null)
            {
                return;
            }

            place.Owner!.Queue.Remove(place.Node);
            Forget(place.Owner);
        }

        place.Entered.TrySetCanceled(cancellation);
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            Free(place);
            place.Owner!.Running--;
            Forget(place.Owner);
            Admit();
        }
    }

    /// <summary>Moves a call out of the quick place.</summary>
    /// <returns>False where it has to wait.</returns>
    private bool Move(Place place)
    {
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                place.IsQuick = false;
                _quickIsFree = true;
                Admit();
                return true;
            }

            if (_moving.Count >= _mostMoving && !TryEndAnother(place.Owner!))
            {
                throw TooMany();
            }

            place.IsQuick = false;
            place.IsMoving = true;
            _moving.AddLast(place.MovingNode);
            _quickIsFree = true;
            Admit();
            return false;
        }
    }

    private static ScriptException TooMany() => new("os_process_error", "Too many functions of design documents take long.");

    /// <summary>Ends the latest of the waiting calls of a database that has more of them than another will have.</summary>
    private bool TryEndAnother(Scope scope)
    {
        var most = _moving.GroupBy(static place => place.Owner!).MaxBy(static places => places.Count());
        if (most is null || most.Count() <= 1 + _moving.Count(place => place.Owner == scope))
        {
            return false;
        }

        var ended = most.Last();
        ended.IsMoving = false;
        ended.WasEnded = true;
        _moving.Remove(ended.MovingNode);
        ended.Moved.Set();
        return true;
    }

    private void Free(Place place)
    {
        if (place.WasEnded)
        {
            // It has had none since.
            return;
        }

        if (place.IsQuick)
        {
            _quickIsFree = true;
        }
        else if (place.IsMoving)
        {
            place.IsMoving = false;
            _moving.Remove(place.MovingNode);
        }
        else
        {
            _free++;
        }
    }

    private void Admit()
    {
        while (_free > 0 && _moving.First is { } first)
        {
            _moving.Remove(first);
            _free--;
            first.Value.IsMoving = false;
            first.Value.Moved.Set();
        }

        for (var scope = _waiting.First; scope is not null && (_free > 0 || _quickIsFree);)
        {
            var next = scope.Next;
            if (scope.Value.Running < _most)
            {
                var place = scope.Value.Queue.First!.Value;
                scope.Value.Queue.RemoveFirst();
                scope.Value.Running++;
                if (_free > 0)
                {
                    _free--;
                }
                else
                {
                    _quickIsFree = false;
                    place.IsQuick = true;
                }

                // To the end of the line, if it has more.
                _waiting.Remove(scope);
                if (scope.Value.Queue.Count > 0)
                {
                    _waiting.AddLast(scope);
                    next ??= scope;
                }

                place.Since = time.GetTimestamp();
                place.Entered.TrySetResult(place);
            }

            scope = next;
        }
    }

    private void Forget(Scope scope)
    {
        if (scope.Queue.Count == 0 && scope.Node.List is not null)
        {
            _waiting.Remove(scope.Node);
        }

        if (scope.Queue.Count == 0 && scope.Running == 0)
        {
            _scopes.Remove(scope.Name);
        }
    }

    /// <summary>A place, while a call has it or waits for it.</summary>
    internal sealed class Place : ScriptPlace, IDisposable
    {
        private readonly Places _places;
        private readonly TimeProvider _time;
        private int _left;

        public Place(Places places, TimeProvider time)
        {
            (_places, _time) = (places, time);
            Node = new LinkedListNode<Place>(this);
            MovingNode = new LinkedListNode<Place>(this);
        }

        public LinkedListNode<Place> Node { get; }

        public LinkedListNode<Place> MovingNode { get; }

        public TaskCompletionSource<Place> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim Moved { get; } = new();

        public Scope? Owner { get; set; }

        public bool IsQuick { get; set; }

        public bool IsMoving { get; set; }

        /// <summary>Whether the call has to end, since others had fewer.</summary>
        public bool WasEnded { get; set; }

        public long Since { get; set; }

        /// <inheritdoc/>
        public override void Check(CancellationToken cancellation)
        {
            if (!TryGoOn())
            {
                Moved.Wait(cancellation);
                if (WasEnded)
                {
                    throw TooMany();
                }
            }
        }

        /// <summary>Looks whether the call may go on: one that has had the quick place for long enough moves.</summary>
        /// <returns>False where it has to wait, until <see cref="Moved"/>.</returns>
        public bool TryGoOn() => !IsQuick || _time.GetElapsedTime(Since) < QuickTime || _places.Move(this);

        public void GiveUp(CancellationToken cancellation) => _places.GiveUp(this, cancellation);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                _places.Leave(this);
            }
        }
    }

    /// <summary>What a database has.</summary>
    internal sealed class Scope
    {
        public Scope(string name)
        {
            Name = name;
            Node = new LinkedListNode<Scope>(this);
        }

        public string Name { get; }

        public LinkedListNode<Scope> Node { get; }

        public LinkedList<Place> Queue { get; } = new();

        public int Running { get; set; }
    }
}
