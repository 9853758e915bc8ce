namespace CloudWall.Documents.Waiting;

/// <summary>A number of places; who finds none free waits in the order of coming, and goes on where it runs, on its scheduler.</summary>
/// <param name="count">How many.</param>
public sealed class Turns(int count)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _free = count;

    /// <summary>Takes a place as soon as there is one.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; no place was taken.</exception>
    public Task EnterAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellation);
        }

        TaskCompletionSource place;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return Task.CompletedTask;
            }

            place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(place);
        }

        return WaitAsync(place, cancellation);
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            // Those who have given up still stand in the line.
            while (_waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _free++;
        }
    }

    private static async Task WaitAsync(TaskCompletionSource place, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), place);
        await place.Task;
    }
}
