using CloudWall.Replication.Jobs;

namespace CloudWall.Replication.Tests.Jobs;

public sealed class JobPlacesTests
{
    [Fact]
    public async Task Who_waits_gets_the_place_that_is_given_back_in_the_order_of_coming()
    {
        var places = new JobPlaces(1);
        await places.EnterAsync(CancellationToken.None);
        var second = places.EnterAsync(CancellationToken.None);
        var third = places.EnterAsync(CancellationToken.None);
        Assert.Equal(2, places.Waiting);
        places.Leave();
        await second;
        Assert.False(third.IsCompleted);
        places.Leave();
        await third;
    }

    [Fact]
    public async Task Who_gives_up_does_not_keep_a_place()
    {
        var places = new JobPlaces(1);
        await places.EnterAsync(CancellationToken.None);
        using var impatience = new CancellationTokenSource();
        var second = places.EnterAsync(impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        places.Leave();
        await places.EnterAsync(CancellationToken.None);
    }
}
