using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Running;

/// <summary>
/// Threads with stacks of a known size, on which calls run that have a place. They come as they are needed, and go when there is nothing to
/// do for a while. A short call runs on its caller's thread instead while no other call runs: to hand it to another thread, which has to
/// wake up, would take longer than most functions. So calls keep at most one thread of the pool busy at a time.
/// </summary>
public sealed class ScriptThreads : ScriptRunner
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly Stack<Worker> _idle = new();
    private readonly Places _places;
    private readonly Streams _streams;
    private readonly TimeProvider _time;
    private readonly TimeProvider _clock;
    private volatile bool _hasRun;
    private bool _disposed;

    /// <summary>Makes the places.</summary>
    /// <param name="places">How many calls may run at a time.</param>
    /// <param name="streams">How many more may wait for their clients.</param>
    /// <param name="time">The clock.</param>
    public ScriptThreads(int places, int streams, TimeProvider time)
    {
        _clock = ThreadTime.Beside(time);
        _places = new Places(Math.Max(2, places), _clock, time);
        _streams = new Streams(Math.Max(2, streams), time);
        _time = time;
    }

    /// <summary>How many calls have taken long and wait for others that do.</summary>
    public int Waiting => _places.Moving;

    /// <inheritdoc/>
    public override Task<T> RunAsync<T>(string scope, Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        var call = new Call<T>(this, work);
        _places.Enter(call, scope);
        return call.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public override Task<T> RunShortAsync<T>(string scope, Func<T> work, CancellationToken cancellation)
    {
        // The first call of all loads the engine, which is not short.
        if (_hasRun && !cancellation.IsCancellationRequested && PoolThreads.CanRunHere && !Volatile.Read(ref _disposed))
        {
            var place = new CallersPlace(_places, _clock);
            if (_places.TryEnterAlone(place, scope))
            {
                return place.Run(work, _time);
            }
        }

        return RunAsync(scope, work, cancellation);
    }

    /// <inheritdoc/>
    public override async Task StreamAsync(string scope, Action<CancellationToken> work, CancellationToken cancellation)
    {
        using var stream = await _streams.EnterAsync(scope, cancellation).ConfigureAwait(false);
        var first = await _places.EnterAsync(scope, cancellation).ConfigureAwait(false);
        using var place = new StreamPlace(_places, scope, first, _time, cancellation);
        _streams.Add(place);
        try
        {
            await StartAsync(place, () => work(place.Ending)).ConfigureAwait(false);
        }
        catch (Exception) when (place.WasEnded)
        {
            throw new ScriptException("timeout", "The client took too little of a list while others waited.");
        }
        finally
        {
            _streams.Remove(place);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
            while (_idle.TryPop(out var worker))
            {
                worker.Give(null);
            }
        }
    }

    private Task StartAsync(ScriptPlace place, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Give(() =>
        {
            ScriptPlace.Current = place;
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
            finally
            {
                ScriptPlace.Current = null;
            }
        });
        return done.Task;
    }

    private void Give(Action work)
    {
        if (Worker.TryGoOnWith(work))
        {
            return;
        }

        Worker? worker;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _idle.TryPop(out worker);
        }

        (worker ?? new Worker(this)).Give(work);
    }

    private bool Rest(Worker worker)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return false;
            }

            _idle.Push(worker);
            return true;
        }
    }

    private bool Leave(Worker worker)
    {
        lock (_lock)
        {
            if (!_idle.Contains(worker))
            {
                return false;
            }

            var rest = _idle.Where(other => other != worker).Reverse().ToArray();
            _idle.Clear();
            foreach (var other in rest)
            {
                _idle.Push(other);
            }

            return true;
        }
    }

    /// <summary>A call that runs as soon as it has a place, and gives it up on its thread: the next one has the thread with it.</summary>
    private sealed class Call<T>(ScriptThreads threads, Func<T> work) : Places.Place(threads._places, threads._clock)
    {
        private readonly TaskCompletionSource<T> _done = new();

        public Task<T> WaitAsync(CancellationToken cancellation) =>
            cancellation.CanBeCanceled && Node.List is not null ? GiveUpAsync(cancellation) : _done.Task;

        public override void OnEntered()
        {
            try
            {
                threads.Give(Run);
            }
            catch (Exception failure) when (failure is ObjectDisposedException or OutOfMemoryException)
            {
                // The node ends, or the system gives no thread.
                Dispose();
                Finish(default, failure);
            }
        }

        public override void OnGivenUp(CancellationToken cancellation) =>
            ThreadPool.UnsafeQueueUserWorkItem(_ => _done.SetCanceled(cancellation), null);

        private async Task<T> GiveUpAsync(CancellationToken cancellation)
        {
            using var registration = cancellation.Register(static (state, token) => ((Call<T>)state!).GiveUp(token), this);
            return await _done.Task.ConfigureAwait(false);
        }

        private void Run()
        {
            Current = this;
            var result = default(T);
            Exception? failure = null;
            try
            {
                result = work();
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }

            Current = null;
            threads._hasRun = true;
            if (Worker.Leave(this))
            {
                // Nothing is to be done on this thread: whoever waits for the result goes on here rather than on another that has to wake
                // up.
                Finish(result, failure);
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ => Finish(result, failure), null);
            }
        }

        private void Finish(T? result, Exception? failure)
        {
            if (failure is null)
            {
                _done.SetResult(result!);
            }
            else
            {
                _done.SetException(failure);
            }
        }
    }

    /// <summary>A thread, and what it is to do next.</summary>
    private sealed class Worker
    {
        /// <summary>
        /// After so many calls one after another, memory of the stack goes back to the system although there is more to do.
        /// </summary>
        private const int MostCalls = 100;

        /// <summary>The worker whose call has just ended on this thread; null while it runs.</summary>
        [ThreadStatic]
        private static Worker? _ended;

        [ThreadStatic]
        private static Worker? _current;

        private readonly ScriptThreads _threads;
        private readonly object _lock = new();
        private bool _given;
        private Action? _work;
        private bool _started;

        public Worker(ScriptThreads threads) => _threads = threads;

        /// <summary>Leaves a place at the end of a call. Who gets it next runs on this thread, without another having to wake up.</summary>
        /// <returns>Whether there is none.</returns>
        public static bool Leave(Places.Place place)
        {
            _ended = _current;
            place.Dispose();
            _ended = null;
            return _current!._work is null;
        }

        /// <summary>Takes work that this thread can go on with.</summary>
        public static bool TryGoOnWith(Action work)
        {
            if (_ended is not { } worker)
            {
                return false;
            }

            _ended = null;
            worker._work = work;
            return true;
        }

        public void Give(Action? work)
        {
            _work = work;
            if (!_started)
            {
                _started = true;
                new Thread(Run, WasmSettings.ThreadStack) { IsBackground = true, Name = "script" }.Start();
            }

            lock (_lock)
            {
                _given = true;
                Monitor.Pulse(_lock);
            }
        }

        private bool Wait()
        {
            lock (_lock)
            {
                if (!_given)
                {
                    Monitor.Wait(_lock, Idle);
                }

                var any = _given;
                _given = false;
                return any;
            }
        }

        private void Run()
        {
            _current = this;
            while (true)
            {
                if (!Wait())
                {
                    if (_threads.Leave(this))
                    {
                        return;
                    }

                    // Work is on its way.
                    while (!Wait())
                    {
                    }
                }

                if (_work is null)
                {
                    return;
                }

                for (var calls = 1; _work is { } work; calls++)
                {
                    _work = null;
                    work();
                    if (_work is null || calls % MostCalls == 0)
                    {
                        StackMemory.Release(WasmSettings.ThreadStack);
                    }
                }

                if (!_threads.Rest(this))
                {
                    return;
                }
            }
        }
    }
}
