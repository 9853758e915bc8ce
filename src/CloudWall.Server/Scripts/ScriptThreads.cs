namespace CloudWall.Server.Scripts;

/// <summary>
/// Runs functions of design documents apart from what answers requests, no more at a time than there are processors: those that take
/// long keep each other waiting, and nobody else.
/// </summary>
internal sealed class ScriptThreads : IDisposable
{
    private const int MaxStreams = 32;

    private readonly SemaphoreSlim _streams = new(MaxStreams);
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>Runs something on a thread of its own choice.</summary>
    /// <param name="work">What is to be run.</param>
    /// <param name="cancellation">Gives up waiting for a place; the work has to look at it by itself.</param>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Runs something that also waits for a client, on a thread that nobody else needs.</summary>
    /// <param name="work">What is to be run.</param>
    /// <param name="cancellation">Gives up waiting for a place; the work has to look at it by itself.</param>
    public async Task StreamAsync(Action work, CancellationToken cancellation)
    {
        await _streams.WaitAsync(cancellation);
        try
        {
            await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _streams.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _streams.Dispose();
        _places.Dispose();
    }
}
