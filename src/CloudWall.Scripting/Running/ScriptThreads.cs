using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Running;

/// <summary>
/// Threads with stacks of a known size, on which calls run that have a place. They come as they are needed, and go when there is nothing to
/// do for a while.
/// </summary>
public sealed class ScriptThreads : ScriptRunner
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly Stack<Worker> _idle = new();
    private readonly Places _places;
    private readonly Streams _streams;
    private readonly TimeProvider _time;
    private bool _disposed;

    /// <summary>Makes the places.</summary>
    /// <param name="places">How many calls may run at a time.</param>
    /// <param name="streams">How many more may wait for their clients.</param>
    /// <param name="time">The clock.</param>
    public ScriptThreads(int places, int streams, TimeProvider time)
    {
        _places = new Places(Math.Max(2, places), time);
        _streams = new Streams(Math.Max(2, streams), time);
        _time = time;
    }

    /// <summary>How many calls have taken long and wait for others that do.</summary>
    public int Waiting => _places.Moving;

    /// <inheritdoc/>
    public override async Task<T> RunAsync<T>(string scope, Func<T> work, CancellationToken cancellation)
    {
        using var place = await _places.EnterAsync(scope, cancellation).ConfigureAwait(false);
        return await StartAsync(place, work).ConfigureAwait(false);
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
            await StartAsync(
                place,
                () =>
                {
                    work(place.Ending);
                    return true;
                }).ConfigureAwait(false);
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

    private Task<T> StartAsync<T>(ScriptPlace place, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Give(() =>
        {
            ScriptPlace.Current = place;
            try
            {
                done.SetResult(work());
            }
            catch (OperationCanceledException canceled)
            {
                done.SetException(canceled);
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

    /// <summary>A thread, and what it is to do next.</summary>
    private sealed class Worker
    {
        private readonly ScriptThreads _threads;
        private readonly object _lock = new();
        private bool _given;
        private Action? _work;
        private bool _started;

        public Worker(ScriptThreads threads) => _threads = threads;

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

                if (_work is not { } work)
                {
                    return;
                }

                _work = null;
                work();
                StackMemory.Release(WasmSettings.ThreadStack);
                if (!_threads.Rest(this))
                {
                    return;
                }
            }
        }
    }
}
