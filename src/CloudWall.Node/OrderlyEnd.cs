using CloudWall.Node.Logging;

namespace CloudWall.Node;

/// <summary>Ends parts one by one. A failure is logged and does not keep the other parts from being ended.</summary>
/// <param name="log">The log.</param>
public sealed class OrderlyEnd(NodeLog log)
{
    /// <summary>Whether all parts so far have ended without a failure.</summary>
    public bool Succeeded { get; private set; } = true;

    /// <summary>Ends a part.</summary>
    /// <param name="what">The name of the part in the log.</param>
    /// <param name="end">Ends it.</param>
    public async Task RunAsync(string what, Func<Task> end)
    {
        try
        {
            await end();
        }
        catch (Exception e)
        {
            Succeeded = false;
            log.Write(LogLevel.Error, $"Ending {what} failed: {e}");
        }
    }

    /// <summary>Disposes of a part; null for none.</summary>
    public Task DisposeAsync(string what, IAsyncDisposable? part) => RunAsync(what, () => part?.DisposeAsync().AsTask() ?? Task.CompletedTask);

    /// <summary>Disposes of a part; null for none.</summary>
    public Task DisposeAsync(IDisposable? part) => RunAsync(part?.GetType().Name ?? string.Empty, () =>
    {
        part?.Dispose();
        return Task.CompletedTask;
    });
}
