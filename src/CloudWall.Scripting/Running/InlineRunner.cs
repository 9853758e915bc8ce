using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Running;

/// <summary>
/// Runs one call after another, and has the caller wait for each: for simulations, in which nothing may happen beside what they ask for.
/// Deep functions need a larger stack than callers have, so that each call has a thread; nobody notices.
/// </summary>
public sealed class InlineRunner : ScriptRunner
{
    /// <inheritdoc/>
    public override Task<T> RunAsync<T>(string scope, Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        var done = new TaskCompletionSource<T>();
        var thread = new Thread(
            () =>
            {
                ScriptPlace.Current = new Here();
                try
                {
                    done.SetResult(work());
                }
                catch (Exception failure)
                {
                    done.SetException(failure);
                }
            },
            WasmSettings.ThreadStack);
        thread.Start();
        thread.Join();
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
    }

    private sealed class Here : ScriptPlace
    {
        public override void Check(CancellationToken cancellation)
        {
        }
    }
}
