using CloudWall.Server.Http;

namespace CloudWall.Server.Tests.Http;

/// <summary>Review, attack 10: connections leave room for what the node itself needs.</summary>
public sealed class FileBudgetTests
{
    [Theory]
    [InlineData(256, 64, 64, 10)]
    [InlineData(1024, 256, 128, 400)]
    [InlineData(20_000, 512, 512, 17_000)]
    [InlineData(1_048_576, 512, 512, 1_000_000)]
    public void Connections_get_what_the_stores_leave(int limit, int documents, int indexes, int connections)
    {
        var budget = new FileBudget(limit);
        Assert.InRange(budget.DocumentTables, 20, documents);
        Assert.InRange(budget.IndexTables, 20, indexes);
        Assert.InRange(budget.LastConnection, connections, limit - 100);
        Assert.InRange(budget.Refusals, 4, 64);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void A_limit_that_is_too_low_leaves_none(int limit) => Assert.Equal((0, 0), (new FileBudget(limit).LastConnection, new FileBudget(limit).CountConnections()));

    [Fact]
    public void Without_a_limit_there_is_none() =>
        Assert.Equal((int.MaxValue, int.MaxValue), (new FileBudget(int.MaxValue).LastConnection, new FileBudget(int.MaxValue).CountConnections()));
}
