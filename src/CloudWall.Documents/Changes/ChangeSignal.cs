namespace CloudWall.Documents.Changes;

/// <summary>Wakes the tasks that wait for the next change. Free of cost while nobody waits.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>
    /// A task that completes with the next <see cref="Raise"/>. Get it before checking for changes, or a change in between is missed.
    /// </summary>
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

    /// <summary>Completes the waiting tasks.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
