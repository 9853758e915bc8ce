using CloudWall.Documents.Waiting;

namespace CloudWall.Documents.Databases;

/// <summary>Writes of a database that clients were told are accepted, but that are not committed yet.</summary>
internal sealed class AcceptedWrites
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Tracks a write until it ends, successful or not.</summary>
    public void Add(Task write)
    {
        lock (_gate)
        {
            if (write.IsCompleted)
            {
                return;
            }

            _running.Add(write);
        }

        _ = ForgetAsync(write);
    }

    /// <summary>Completes when all writes that are tracked now have ended; never fails.</summary>
    public Task WhenDoneAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        return running.Length == 0 ? Task.CompletedTask : AwaitAsync(running);

        static async Task AwaitAsync(Task[] writes)
        {
            foreach (var write in writes)
            {
                await write.WithoutThrowing();
            }
        }
    }

    private async Task ForgetAsync(Task write)
    {
        await write.WithoutThrowing();
        lock (_gate)
        {
            _running.Remove(write);
        }
    }
}
