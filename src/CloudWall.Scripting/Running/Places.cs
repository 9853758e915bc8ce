namespace CloudWall.Scripting.Running;

/// <summary>
/// The places for calls. One database has at most half of them, and databases that wait take turns. One place is quick: a call that has
/// used it for <see cref="QuickTime"/> moves to another, and waits where there is none. So what is short never waits for what is long. Of
/// the calls that take long those that have used least go first: a call that has had its place for as long makes way for one of them.
/// Time that a call has waited makes up for time that it has used, so that new calls cannot keep it waiting for ever.
/// </summary>
/// <param name="count">How many there are, at least two.</param>
/// <param name="time">
/// The clock by which a call uses its place, read on its thread: <see cref="ThreadTime"/> where there is one, so that a call that does
/// not get a processor is not taken for a long one.
/// </param>
/// <param name="clock">The clock by which calls wait, read on any thread; null where it is the same.</param>
/// <param name="kept">How many of the places are kept for databases that have none.</param>
internal sealed partial class Places(int count, TimeProvider time, TimeProvider? clock = null, int kept = 0)
{
    /// <summary>How long a call may use the quick place, and another one while calls wait that have used less.</summary>
    public static readonly TimeSpan QuickTime = TimeSpan.FromMilliseconds(100);

    /// <summary>After two calls have met, so many do not run alone although nobody else does.</summary>
    private const int CrowdLasts = 64;

    private readonly TimeProvider _clock = clock ?? time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Scope> _scopes = new(StringComparer.Ordinal);
    private readonly LinkedList<Scope> _waiting = new();
    private readonly LinkedList<Place> _moving = new();
    private readonly int _most = Math.Max(1, count / 2);
    private readonly int _mostMoving = 4 * count;
    private int _free = count - 1;
    private bool _quickIsFree = true;
    private int _crowd;

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

    /// <summary>How many places a database has.</summary>
    public int HeldBy(string scope)
    {
        lock (_lock)
        {
            return _scopes.TryGetValue(scope, out var state) ? state.Running : 0;
        }
    }

    /// <summary>Takes a place as soon as there is one.</summary>
    public Task<Place> EnterAsync(string scope, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<Place>(cancellation);
        }

        var place = new AwaitedPlace(this, time);
        Enter(place, scope);
        return place.WaitAsync(cancellation);
    }

    /// <summary>
    /// Takes a place for a call that is alone: no other runs or waits, and none has lately, since those that come one upon another are
    /// done sooner on threads that are awake. What comes while the call runs has the other places.
    /// </summary>
    /// <returns>False where it is not alone.</returns>
    public bool TryEnterAlone(Place place, string scope)
    {
        lock (_lock)
        {
            if (_scopes.Count > 0 || (_crowd > 0 && --_crowd > 0))
            {
                return false;
            }

            _free--;
            _scopes.Add(scope, place.Owner = new Scope(scope) { Running = 1 });
            return true;
        }
    }

    /// <summary>Has a call wait for its place: <see cref="Place.OnEntered"/> is called as soon as it has one.</summary>
    public void Enter(Place place, string scope)
    {
        Place? admitted;
        lock (_lock)
        {
            if (_scopes.Count > 0)
            {
                _crowd = CrowdLasts;
            }

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

            admitted = Admit();
        }

        Begin(admitted);
    }

    private static void Begin(Place? admitted)
    {
        while (admitted is { } place)
        {
            (admitted, place.NextAdmitted) = (place.NextAdmitted, null);
            place.OnEntered();
        }
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

        place.OnGivenUp(cancellation);
    }

    private void Leave(Place place)
    {
        Place? admitted;
        lock (_lock)
        {
            Free(place);
            place.Owner!.Running--;
            Forget(place.Owner);
            admitted = Admit();
        }

        Begin(admitted);
    }

    /// <summary>Moves a call out of the quick place.</summary>
    /// <returns>False where it has to wait.</returns>
    private bool Move(Place place)
    {
        Place? admitted;
        bool goesOn;
        lock (_lock)
        {
            if (goesOn = _free > 0)
            {
                _free--;
            }
            else if (_moving.Count >= _mostMoving && !TryEndAnother(place.Owner!))
            {
                throw TooMany();
            }
            else
            {
                Park(place);
            }

            place.IsQuick = false;
            _quickIsFree = true;
            admitted = Admit();
        }

        Begin(admitted);
        return goesOn;
    }

    /// <summary>Gives the place of a call that has had it for long to one that has used less.</summary>
    /// <returns>True where there is none, and it may go on.</returns>
    private bool KeepsPlace(Place place)
    {
        lock (_lock)
        {
            var now = _clock.GetTimestamp();
            if (Next(now) is not { } next || Excess(next, now) >= Excess(place, now))
            {
                return true;
            }

            Resume(next);
            Park(place);
            return false;
        }
    }

    private void Park(Place place)
    {
        place.IsMoving = true;
        place.ParkedAt = _clock.GetTimestamp();
        place.Moved.Reset();
        _moving.AddLast(place.MovingNode);
    }

    private void Resume(Place place)
    {
        _moving.Remove(place.MovingNode);
        place.IsMoving = false;
        place.Waited += _clock.GetElapsedTime(place.ParkedAt);
        place.TurnBegan = place.Used;
        place.Moved.Set();
    }

    /// <summary>The waiting call that has used least beyond what it has waited.</summary>
    private Place? Next(long now) => _moving.Count == 0 ? null : _moving.MinBy(place => Excess(place, now));

    private TimeSpan Excess(Place place, long now) =>
        place.Used - place.Waited - (place.IsMoving ? _clock.GetElapsedTime(place.ParkedAt, now) : TimeSpan.Zero);

    private static ScriptException TooMany() =>
        new("os_process_error", "Too many functions of design documents take long.") { IsOfLoad = true };

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

    /// <summary>Gives places to calls that wait for one.</summary>
    /// <returns>The first of those that may begin, linked to the others.</returns>
    private Place? Admit()
    {
        while (_free > 0 && Next(_clock.GetTimestamp()) is { } next)
        {
            _free--;
            Resume(next);
        }

        Place? admitted = null;
        Place? last = null;
        for (var scope = _waiting.First; scope is not null && (_free > 0 || _quickIsFree);)
        {
            var next = scope.Next;
            if (scope.Value.Running < _most && (scope.Value.Running == 0 || _free + (_quickIsFree ? 1 : 0) > kept))
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

                admitted ??= place;
                if (last is not null)
                {
                    last.NextAdmitted = place;
                }

                last = place;
            }

            scope = next;
        }

        return admitted;
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

    /// <summary>A place that somebody waits for and then holds as long as he likes.</summary>
    private sealed class AwaitedPlace(Places places, TimeProvider time) : Place(places, time)
    {
        private readonly TaskCompletionSource<Place> _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Place> WaitAsync(CancellationToken cancellation)
        {
            if (cancellation.CanBeCanceled && !_entered.Task.IsCompleted)
            {
                var registration = cancellation.Register(static (state, token) => ((Place)state!).GiveUp(token), this);
                _ = _entered.Task.ContinueWith(
                    static (_, state) => ((CancellationTokenRegistration)state!).Dispose(), registration, CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }

            return _entered.Task;
        }

        public override void OnEntered() => _entered.SetResult(this);

        public override void OnGivenUp(CancellationToken cancellation) => _entered.SetCanceled(cancellation);
    }
}
