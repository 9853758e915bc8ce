namespace CloudWall.Scripting.Running;

/// <summary>The place of a call that runs on its caller's thread, and has it at once or not at all.</summary>
internal sealed class CallersPlace(Places places, TimeProvider clock) : Places.Place(places, clock)
{
    /// <summary>Runs the call, which has its place, to its end.</summary>
    public Task<T> Run<T>(Func<T> work, TimeProvider time)
    {
        var began = time.GetTimestamp();
        Current = this;
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception failure)
        {
            return Task.FromException<T>(failure);
        }
        finally
        {
            Current = null;
            Dispose();
            PoolThreads.AfterCall(time.GetElapsedTime(began));
        }
    }

    /// <inheritdoc/>
    public override void OnEntered() => throw new InvalidOperationException("It never waits.");

    /// <inheritdoc/>
    public override void OnGivenUp(CancellationToken cancellation) => throw new InvalidOperationException("It never waits.");
}
