namespace CloudWall.Scripting.Running;

/// <summary>A call's place, and what a database has.</summary>
internal sealed partial class Places
{
    /// <summary>A place, while a call has it or waits for it.</summary>
    internal abstract class Place : ScriptPlace, IDisposable
    {
        private readonly Places _places;
        private readonly TimeProvider _time;
        private ManualResetEventSlim? _moved;
        private long _since;
        private bool _isCounting;
        private int _left;

        protected Place(Places places, TimeProvider time)
        {
            (_places, _time) = (places, time);
            Node = new LinkedListNode<Place>(this);
            MovingNode = new LinkedListNode<Place>(this);
        }

        public LinkedListNode<Place> Node { get; }

        public LinkedListNode<Place> MovingNode { get; }

        /// <summary>Set when a call that has to wait may go on; made for the first wait.</summary>
        public ManualResetEventSlim Moved => _moved ??= new ManualResetEventSlim();

        public Scope? Owner { get; set; }

        /// <summary>Another that may begin at the same time.</summary>
        public Place? NextAdmitted { get; set; }

        public bool IsQuick { get; set; }

        public bool IsMoving { get; set; }

        /// <summary>Whether the call has to end, since others had fewer.</summary>
        public bool WasEnded { get; set; }

        /// <summary>How long the call has run. Written by its thread while it runs.</summary>
        public TimeSpan Used { get; private set; }

        /// <summary>How long the call has waited for others that take long.</summary>
        public TimeSpan Waited { get; set; }

        /// <summary>When it began to wait, if it does.</summary>
        public long ParkedAt { get; set; }

        /// <summary>How long it had run when it got the place that it has.</summary>
        public TimeSpan TurnBegan { get; set; }

        /// <inheritdoc/>
        public override void Check(CancellationToken cancellation, TimeSpan waited = default)
        {
            Used += waited;
            if (!TryGoOn())
            {
                Moved.Wait(cancellation);
                if (WasEnded)
                {
                    throw TooMany();
                }
            }
        }

        /// <summary>
        /// Looks whether the call may go on. Its time begins with the first look, and once more with the first after a wait.
        /// </summary>
        /// <returns>False where it has to wait, until <see cref="Moved"/>.</returns>
        public bool TryGoOn()
        {
            var now = _time.GetTimestamp();
            if (!_isCounting)
            {
                (_isCounting, _since) = (true, now);
                return true;
            }

            Used += _time.GetElapsedTime(_since, now);
            _since = now;
            return Used - TurnBegan < QuickTime || (_isCounting = IsQuick ? _places.Move(this) : _places.KeepsPlace(this));
        }

        /// <summary>Gives up waiting for the place; it does nothing once the call has one.</summary>
        public void GiveUp(CancellationToken cancellation) => _places.GiveUp(this, cancellation);

        /// <summary>The call has its place. Called without locks, by whoever made way for it.</summary>
        public abstract void OnEntered();

        /// <summary>The call has given up, and gets no place.</summary>
        public abstract void OnGivenUp(CancellationToken cancellation);

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
