using CloudWall.Documents.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Documents.Tests.Waiting;

public sealed class TaskWaitsTests
{
    private readonly TaskCompletionSource<int> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Gives_what_the_task_gives()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = _source.Task.OrCancelledAsync(cancellation.Token);
        Assert.False(waiting.IsCompleted);
        _source.SetResult(7);
        Assert.Equal(7, await waiting);
    }

    [Fact]
    public async Task Fails_as_the_task_fails()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = _source.Task.OrCancelledAsync(cancellation.Token);
        _source.SetException(new InvalidDataException("damaged"));
        Assert.Equal("damaged", (await Assert.ThrowsAsync<InvalidDataException>(() => waiting)).Message);
    }

    [Fact]
    public async Task Gives_up_when_it_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = ((Task)_source.Task).OrCancelledAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(_source.Task.IsCompleted);
    }

    [Fact]
    public async Task Gives_up_when_the_time_is_over()
    {
        var waiting = _source.Task.OrTimeoutAsync(TimeSpan.FromSeconds(5), _time, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
    }

    [Fact]
    public async Task Tells_a_cancelled_wait_from_one_whose_time_is_over()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = _source.Task.OrTimeoutAsync(TimeSpan.FromSeconds(5), _time, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Waits_for_a_failure_without_throwing()
    {
        _source.SetException(new InvalidDataException());
        await _source.Task.WithoutThrowing();
        Assert.True(_source.Task.IsFaulted);
    }

    [Fact]
    public async Task Goes_on_on_the_scheduler_of_the_caller()
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        using var cancellation = new CancellationTokenSource();
        var seen = Task.Factory.StartNew(
            async () =>
            {
                await _source.Task.OrCancelledAsync(cancellation.Token);
                return TaskScheduler.Current;
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler).Unwrap();
        _source.SetResult(1);
        Assert.Same(scheduler, await seen);
    }

    [Fact]
    public async Task Those_who_wait_for_a_token_are_told_in_a_task_of_their_own()
    {
        using var cancellation = new CancellationTokenSource();
        var (caller, isCalling, wasTold) = (Environment.CurrentManagedThreadId, true, false);
        await using var registration = cancellation.Token.Register(
            () => wasTold = isCalling && Environment.CurrentManagedThreadId == caller);
        var told = cancellation.CancelApartAsync();
        isCalling = false;
        await told;
        Assert.False(wasTold);
        Assert.True(cancellation.IsCancellationRequested);
    }
}
