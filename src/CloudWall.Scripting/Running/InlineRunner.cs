using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Running;

/// <summary>
/// Runs one call after another, and has the caller wait for each: for simulations, in which nothing may happen beside what they ask for.
/// Not on the caller's own thread: compiled code may take <see cref="WasmSettings.WasmStack"/> of a stack before it is stopped, which is
/// more than callers have (1.5 to 8 MiB, as the system likes), and to learn how much is left takes calls of the system's own. Where it was
/// less, a function that calls itself would end the process. So one thread is kept, with a stack of the right size, which has the
/// caller's context while the caller waits for it: the order of all that happens is the same.
/// </summary>
public sealed class InlineRunner : ScriptRunner
{
    private readonly object _gate = new();
    private Thread? _thread;
    private Action? _work;
    private bool _disposed;

    /// <inheritdoc/>
    public override Task<T> RunAsync<T>(string scope, Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        var done = new TaskCompletionSource<T>();
        if (Thread.CurrentThread == _thread)
        {
            Complete(done, work);
            return done.Task;
        }

        var context = ExecutionContext.Capture();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_thread is null)
            {
                _thread = new Thread(Serve, WasmSettings.ThreadStack) { IsBackground = true, Name = "scripts in turn" };
                _thread.UnsafeStart();
            }

            while (_work is not null)
            {
                Monitor.Wait(_gate);
            }

            _work = context is null
                ? () => Complete(done, work)
                : () => ExecutionContext.Run(context, _ => Complete(done, work), null);
            Monitor.PulseAll(_gate);
            while (!done.Task.IsCompleted)
            {
                Monitor.Wait(_gate);
            }
        }

        return done.Task;
    }

    /// <inheritdoc/>
    public override Task StreamAsync(string scope, Action<CancellationToken> work, CancellationToken cancellation) =>
        RunAsync(
            scope,
            () =>
            {
                work(cancellation);
                return true;
            },
            cancellation);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> work)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }

    private void Serve()
    {
        ScriptPlace.Current = new Here();
        lock (_gate)
        {
            while (true)
            {
                while (_work is null)
                {
                    if (_disposed)
                    {
                        return;
                    }

                    Monitor.Wait(_gate);
                }

                // Nobody else comes in meanwhile.
                _work();
                _work = null;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private sealed class Here : ScriptPlace
    {
        public override void Check(CancellationToken cancellation, TimeSpan waited = default)
        {
        }
    }
}
