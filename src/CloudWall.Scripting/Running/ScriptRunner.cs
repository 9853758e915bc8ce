namespace CloudWall.Scripting.Running;

/// <summary>
/// Where functions of design documents run. A node has <see cref="ScriptThreads"/>; a simulation <see cref="InlineRunner"/>, which has no
/// clock.
/// </summary>
public abstract class ScriptRunner : IDisposable
{
    private int _poolWaits;

    /// <summary>How many times a thread of the pool has waited for a call, and could not answer requests meanwhile.</summary>
    public int PoolWaits => _poolWaits;

    /// <summary>Runs work that calls functions, when there is a place for it.</summary>
    /// <param name="scope">The database that the functions belong to.</param>
    /// <param name="work">What is to be run. It may call any functions of that database.</param>
    /// <param name="cancellation">Gives up waiting for a place; functions look at what they are given themselves.</param>
    public abstract Task<T> RunAsync<T>(string scope, Func<T> work, CancellationToken cancellation);

    /// <summary>
    /// Likewise for work that usually takes less time than it takes to hand it to another thread: it may run on the caller's thread, before
    /// this returns. So the caller must hold nothing that others wait for.
    /// </summary>
    /// <param name="scope">The database that the functions belong to.</param>
    /// <param name="work">What is to be run. It may call any functions of that database.</param>
    /// <param name="cancellation">Gives up waiting for a place; functions look at what they are given themselves.</param>
    public virtual Task<T> RunShortAsync<T>(string scope, Func<T> work, CancellationToken cancellation) =>
        RunAsync(scope, work, cancellation);

    /// <summary>
    /// Likewise for work that also waits for a client: places for such work are apart, and whose client is slow loses its place where
    /// others wait for it.
    /// </summary>
    /// <param name="scope">The database that the functions belong to.</param>
    /// <param name="work">What is to be run, with a token that is cancelled when it is to end.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ScriptException"><c>timeout</c>: others needed the place.</exception>
    public abstract Task StreamAsync(string scope, Action<CancellationToken> work, CancellationToken cancellation);

    /// <summary>Runs work and waits for it. On a thread that has a place it is run at once.</summary>
    public T Run<T>(string scope, Func<T> work, CancellationToken cancellation)
    {
        if (ScriptPlace.Current is not null)
        {
            return work();
        }

        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            Interlocked.Increment(ref _poolWaits);
        }

        return RunAsync(scope, work, cancellation).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the threads that wait for work.</summary>
    protected abstract void Dispose(bool disposing);
}
