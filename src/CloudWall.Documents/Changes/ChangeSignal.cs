namespace CloudWall.Documents.Changes;

/// <summary>Wakes whoever waits for the next change; costs nothing while nobody does.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>A task that completes with the next <see cref="Raise"/>. Ask for it before looking whether to wait at all.</summary>
    public Task Next()
    {
        var next = Volatile.Read(ref _next);
        if (next is null)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next = Interlocked.CompareExchange(ref _next, created, null) ?? created;
        }

        return next.Task;
    }

    /// <summary>Wakes all who wait.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
