namespace CloudWall.Documents.Admission;

/// <summary>
/// So much of something (bytes, as a rule) that all who need some of it share. Who asks for more than is left waits for its turn, without
/// holding a thread; who waits for too long, or finds too many waiting, is refused, to try again later. Who comes first is served
/// first, but whoever has some already and needs more comes before those who have not begun. Somebody who needs more than there is at all
/// is let in alone, or refused, as the gate is made.
/// </summary>
public sealed class AdmissionGate
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _newcomers = [];
    private readonly LinkedList<Waiter> _growing = [];
    private readonly DocumentError _refusal;
    private readonly DocumentError? _tooLarge;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly int _maxWaiting;
    private long _taken;
    private long _stuck;

    /// <summary>A gate with nothing taken.</summary>
    /// <param name="capacity">How much there is.</param>
    /// <param name="maxWaiting">How many may wait; one more is refused at once.</param>
    /// <param name="patience">How long each may wait.</param>
    /// <param name="refusal">What the refused are told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tooLarge">What those are told who need more than there is at all; null lets them in alone.</param>
    public AdmissionGate(
        long capacity, int maxWaiting, TimeSpan patience, DocumentError refusal, TimeProvider time, DocumentError? tooLarge = null)
    {
        Capacity = capacity;
        _maxWaiting = maxWaiting;
        _patience = patience;
        _refusal = refusal;
        _tooLarge = tooLarge;
        _time = time;
    }

    /// <summary>How much there is.</summary>
    public long Capacity { get; }

    /// <summary>How much is taken now.</summary>
    public long Taken
    {
        get
        {
            lock (_gate)
            {
                return _taken;
            }
        }
    }

    /// <summary>How many wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _newcomers.Count + _growing.Count;
            }
        }
    }

    /// <summary>Takes some if it can be had without waiting; <see cref="Return"/> it in any case.</summary>
    /// <param name="amount">How much.</param>
    public bool TryTake(long amount)
    {
        lock (_gate)
        {
            return TryTakeNow(amount, already: 0, _newcomers);
        }
    }

    /// <summary>Takes some; <see cref="Return"/> it in any case.</summary>
    /// <param name="amount">How much.</param>
    /// <param name="already">How much the caller holds already.</param>
    /// <param name="cancellation">Gives up waiting: the place in the queue is free at once.</param>
    /// <param name="patient">Whether to wait for as long as it takes, however many wait.</param>
    /// <exception cref="DocumentException">
    /// The refusal: too many wait, or it took too long; or it can never be had. Nothing was taken.
    /// </exception>
    public ValueTask TakeAsync(long amount, long already, CancellationToken cancellation, bool patient = false)
    {
        if (_tooLarge is not null && already + amount > Capacity)
        {
            throw new DocumentException(_tooLarge);
        }

        Waiter waiter;
        lock (_gate)
        {
            var queue = already > 0 ? _growing : _newcomers;
            if (TryTakeNow(amount, already, queue))
            {
                return ValueTask.CompletedTask;
            }

            if (!patient && _newcomers.Count + _growing.Count >= _maxWaiting)
            {
                throw new DocumentException(_refusal);
            }

            waiter = new Waiter(amount, already);
            queue.AddLast(waiter.Place);
            _stuck += already;
            AdmitWaiting();
        }

        return WaitAsync(waiter, patient ? Timeout.InfiniteTimeSpan : _patience, cancellation);
    }

    /// <summary>Takes some, whether it is there or not, for what is there already. Others wait until it has been returned.</summary>
    /// <param name="amount">How much.</param>
    public void TakeAnyway(long amount)
    {
        lock (_gate)
        {
            _taken += amount;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long amount)
    {
        if (amount == 0)
        {
            return;
        }

        lock (_gate)
        {
            _taken -= amount;
            AdmitWaiting();
        }
    }

    private bool TryTakeNow(long amount, long already, LinkedList<Waiter> queue)
    {
        if (_growing.Count > 0 || queue.Count > 0 || !Fits(amount, already))
        {
            return false;
        }

        _taken += amount;
        return true;
    }

    private bool Fits(long amount, long already) => _taken + amount <= Capacity || (_tooLarge is null && _taken == already);

    private async ValueTask WaitAsync(Waiter waiter, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await waiter.Task.WaitAsync(patience, _time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            var left = Leave(waiter);
            if (!left)
            {
                // It was decided in the very moment.
                await waiter.Task;
            }

            if (e is TimeoutException && left)
            {
                throw new DocumentException(_refusal);
            }

            if (e is OperationCanceledException)
            {
                Return(left ? 0 : waiter.Amount);
                throw;
            }
        }
    }

    private bool Leave(Waiter waiter)
    {
        lock (_gate)
        {
            if (waiter.Place.List is not { } queue)
            {
                return false;
            }

            queue.Remove(waiter.Place);
            _stuck -= waiter.Already;
            AdmitWaiting();
            return true;
        }
    }

    private void AdmitWaiting()
    {
        Admit(_growing);
        if (_growing.Count == 0)
        {
            Admit(_newcomers);
        }
        else if (_stuck == _taken)
        {
            // All that is taken is held by those who wait for more: none of them would ever get it, so one has to go.
            var last = _growing.Last!.Value;
            _growing.RemoveLast();
            _stuck -= last.Already;
            last.SetException(new DocumentException(_refusal));
        }
    }

    private void Admit(LinkedList<Waiter> queue)
    {
        while (queue.First?.Value is { } first && Fits(first.Amount, first.Already))
        {
            queue.RemoveFirst();
            _taken += first.Amount;
            _stuck -= first.Already;
            first.SetResult();
        }
    }

    private sealed class Waiter : TaskCompletionSource
    {
        public Waiter(long amount, long already)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            Amount = amount;
            Already = already;
            Place = new LinkedListNode<Waiter>(this);
        }

        public long Amount { get; }

        public long Already { get; }

        public LinkedListNode<Waiter> Place { get; }
    }
}
