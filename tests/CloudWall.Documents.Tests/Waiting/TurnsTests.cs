using CloudWall.Documents.Waiting;

namespace CloudWall.Documents.Tests.Waiting;

public sealed class TurnsTests
{
    private readonly Turns _turns = new(1);

    [Fact]
    public async Task Who_finds_no_place_waits_in_the_order_of_coming()
    {
        await _turns.EnterAsync(CancellationToken.None);
        var (second, third) = (_turns.EnterAsync(CancellationToken.None), _turns.EnterAsync(CancellationToken.None));
        _turns.Leave();
        await second;
        Assert.False(third.IsCompleted);
        _turns.Leave();
        await third;
    }

    [Fact]
    public async Task Who_gives_up_takes_no_place()
    {
        await _turns.EnterAsync(CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        var waiting = _turns.EnterAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _turns.Leave();
        Assert.True(_turns.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_cancelled_token_enters_nowhere()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _turns.EnterAsync(new CancellationToken(canceled: true)));
        Assert.True(_turns.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }
}
