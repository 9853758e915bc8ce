using CloudWall.Documents.Waiting;

namespace CloudWall.Documents.Admission;

/// <summary>
/// A weighted async semaphore with a bounded FIFO queue and a wait timeout. Holders that need more go before newcomers. A request larger
/// than the capacity is either admitted when nothing else is held, or refused.
/// </summary>
public sealed class AdmissionGate
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _newcomers = [];
    private readonly LinkedList<Waiter> _growing = [];
    private readonly DocumentError _refusal;
    private readonly DocumentError? _tooLarge;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly int _maxWaiting;
    private long _taken;
    private long _heldByWaiters;

    /// <summary>Creates a gate with its whole capacity free.</summary>
    /// <param name="capacity">The total amount (of bytes, usually).</param>
    /// <param name="maxWaiting">Maximum length of the queue; further requests are refused at once.</param>
    /// <param name="timeout">Maximum wait.</param>
    /// <param name="refusal">The error of a request that waited too long or found the queue full.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tooLarge">The error of a request larger than the capacity; null admits it when nothing else is held.</param>
    public AdmissionGate(
        long capacity, int maxWaiting, TimeSpan timeout, DocumentError refusal, TimeProvider time, DocumentError? tooLarge = null)
    {
        Capacity = capacity;
        _maxWaiting = maxWaiting;
        _timeout = timeout;
        _refusal = refusal;
        _tooLarge = tooLarge;
        _time = time;
    }

    /// <summary>The total amount.</summary>
    public long Capacity { get; }

    /// <summary>The amount held now.</summary>
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

    /// <summary>The length of the queue.</summary>
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

    /// <summary>Acquires an amount if it is available without waiting. If true, call <see cref="Return"/> later.</summary>
    /// <param name="amount">The amount.</param>
    public bool TryTake(long amount)
    {
        lock (_gate)
        {
            return TryTakeNow(amount, already: 0, _newcomers);
        }
    }

    /// <summary>Acquires an amount, waiting in the queue if necessary. Call <see cref="Return"/> later.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="already">The amount that the caller holds already.</param>
    /// <param name="cancellation">Cancels the wait and frees the place in the queue.</param>
    /// <param name="unlimited">Whether to ignore the limits on the queue's length and the wait.</param>
    /// <exception cref="DocumentException">
    /// The queue is full, the wait took too long, or the amount exceeds the capacity. Nothing was acquired.
    /// </exception>
    public ValueTask TakeAsync(long amount, long already, CancellationToken cancellation, bool unlimited = false)
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

            if (!unlimited && _newcomers.Count + _growing.Count >= _maxWaiting)
            {
                throw new DocumentException(_refusal);
            }

            waiter = new Waiter(amount, already);
            queue.AddLast(waiter.Place);
            _heldByWaiters += already;
            AdmitWaiting();
        }

        return WaitAsync(waiter, unlimited ? Timeout.InfiniteTimeSpan : _timeout, cancellation);
    }

    /// <summary>
    /// Acquires an amount even beyond the capacity, to account for memory in use already. Others wait until it is returned.
    /// </summary>
    /// <param name="amount">The amount.</param>
    public void TakeAnyway(long amount)
    {
        lock (_gate)
        {
            _taken += amount;
        }
    }

    /// <summary>Returns an acquired amount.</summary>
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

    private async ValueTask WaitAsync(Waiter waiter, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            await waiter.Task.OrTimeoutAsync(timeout, _time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            var left = Leave(waiter);
            if (!left)
            {
                // The wait was decided concurrently.
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
            _heldByWaiters -= waiter.Already;
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
        else if (_heldByWaiters == _taken)
        {
            // Deadlock: everything is held by requests that wait for more. Refuse the last of them.
            var last = _growing.Last!.Value;
            _growing.RemoveLast();
            _heldByWaiters -= last.Already;
            last.SetException(new DocumentException(_refusal));
        }
    }

    private void Admit(LinkedList<Waiter> queue)
    {
        while (queue.First?.Value is { } first && Fits(first.Amount, first.Already))
        {
            queue.RemoveFirst();
            _taken += first.Amount;
            _heldByWaiters -= first.Already;
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
