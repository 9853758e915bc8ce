namespace CloudWall.Documents.Databases;

/// <summary>Writes of a database that somebody was told are accepted, and that are not done yet.</summary>
internal sealed class AcceptedWrites
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Takes note of a write until it is done, however it ends.</summary>
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

    /// <summary>Completes when those that are running now are done; never fails.</summary>
    public Task WhenDoneAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        return running.Length == 0 ? Task.CompletedTask : AwaitAsync(running);

        static async Task AwaitAsync(Task[] writes) => await Task.WhenAll(writes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ForgetAsync(Task write)
    {
        await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _running.Remove(write);
        }
    }
}
