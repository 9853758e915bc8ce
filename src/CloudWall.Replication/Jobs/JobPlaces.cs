using CloudWall.Documents.Waiting;

namespace CloudWall.Replication.Jobs;

/// <summary>How many jobs run at a time; who wants to, and cannot, waits in the order of coming.</summary>
internal sealed class JobPlaces(int count)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _free = count;
    private TaskCompletionSource? _someoneWaits;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count(static place => !place.Task.IsCompleted);
            }
        }
    }

    /// <summary>Completes when somebody waits, at once where somebody does.</summary>
    public Task WaitForWaitingAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_waiting.Any(static place => !place.Task.IsCompleted))
            {
                return Task.CompletedTask;
            }

            _someoneWaits ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _someoneWaits.Task.OrCancelledAsync(cancellation);
        }
    }

    /// <summary>Takes a place as soon as there is one.</summary>
    public async Task EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource place;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(place);
            _someoneWaits?.TrySetResult();
            _someoneWaits = null;
        }

        await using var registration = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetCanceled(), place);
        await place.Task;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
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
}
