using System.Runtime.CompilerServices;

namespace CloudWall.Documents.Waiting;

/// <summary>
/// Waits that go on where the caller runs, on its scheduler. Those of the framework go on on the thread pool where a task completes its
/// waiters asynchronously, and a simulation on one thread would not be one any more.
/// </summary>
public static class TaskWaits
{
    private const TaskContinuationOptions AtOnce = TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach;

    /// <summary>Waits for a task, or gives up.</summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public static Task OrCancelledAsync(this Task task, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.IsCompleted || !cancellation.CanBeCanceled
            ? task
            : task.ContinueWith(static ended => ended.GetAwaiter().GetResult(), cancellation, AtOnce, TaskScheduler.Current);
    }

    /// <summary>Waits for a task, or gives up.</summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public static Task<T> OrCancelledAsync<T>(this Task<T> task, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.IsCompleted || !cancellation.CanBeCanceled
            ? task
            : task.ContinueWith(static ended => ended.GetAwaiter().GetResult(), cancellation, AtOnce, TaskScheduler.Current);
    }

    /// <summary>Waits for a task for some time, or gives up.</summary>
    /// <param name="task">The task.</param>
    /// <param name="timeout">For how long; infinite for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TimeoutException">The time is over.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public static async Task OrTimeoutAsync(this Task task, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsCompleted || timeout == Timeout.InfiniteTimeSpan)
        {
            await task.OrCancelledAsync(cancellation);
            return;
        }

        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await task.OrCancelledAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested && !task.IsCompleted)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }
    }

    /// <summary>Waits for the end of a task, whatever it is: awaiting this never throws.</summary>
    public static ConfiguredTaskAwaitable WithoutThrowing(this Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Cancels, and has those who wait for it go on in a task of their own: the caller may hold what they need.</summary>
    /// <returns>Ends when all have been told.</returns>
    public static Task CancelApartAsync(this CancellationTokenSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Task.Factory.StartNew(
            static state => ((CancellationTokenSource)state!).Cancel(),
            source,
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Current);
    }
}
