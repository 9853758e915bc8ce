using CloudWall.Node.Resources;

namespace CloudWall.Node.Tests.Resources;

/// <summary>Review, attack 10: connections leave room for what the node itself needs.</summary>
public sealed class FileBudgetTests
{
    [Theory]
    [InlineData(256, 32, 20, 16)]
    [InlineData(1024, 128, 64, 570)]
    [InlineData(20_000, 512, 512, 17_000)]
    [InlineData(1_048_576, 512, 512, 1_000_000)]
    public void Connections_get_what_the_stores_leave(int limit, int documents, int indexes, int connections)
    {
        const int Start = 105;
        const int Loaded = 70;
        var budget = new FileBudget(limit);
        Assert.Equal((documents, indexes), (budget.DocumentTables, budget.IndexTables));
        var room = budget.CountConnections(Start);
        Assert.InRange(room, connections, limit - Start - Loaded - budget.Refusals - documents - indexes + 20);
        Assert.InRange(budget.LastPeer, limit - documents, limit - documents);
        Assert.InRange(budget.Refusals, 4, 64);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void A_limit_that_is_too_low_leaves_none(int limit) => Assert.Equal(0, new FileBudget(limit).CountConnections());

    [Fact]
    public void Without_a_limit_there_is_none() =>
        Assert.Equal((int.MaxValue, int.MaxValue), (new FileBudget(int.MaxValue).LastPeer, new FileBudget(int.MaxValue).CountConnections()));
}
