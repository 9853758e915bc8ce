namespace CloudWall.Server.Tests.Golden.Checks;

public sealed class WaitingListTests
{
    private static readonly ExchangeResult Fails = new(Exchange(1), [new Difference("status", "200", "500")]);
    private static readonly ExchangeResult Passes = new(Exchange(2), []);

    [Fact]
    public void A_failure_that_is_not_listed_is_a_surprise() => Assert.Contains(
        "changes/filters#1 GET /db: status: expected 200, got 500",
        Assert.Single(WaitingList.Empty().Surprises("changes", "filters", [Fails, Passes])),
        StringComparison.Ordinal);

    [Fact]
    public void A_listed_failure_is_none() =>
        Assert.Empty(WaitingList.Parse("# head\n\nchanges/filters#1  a filter (JavaScript)\n").Surprises("changes", "filters", [Fails, Passes]));

    [Fact]
    public void A_listed_exchange_that_passes_is_a_surprise() => Assert.Contains(
        "changes/filters#2 passes: remove it",
        Assert.Single(WaitingList.Parse("changes/filters#1  x\nchanges/filters#2  y").Surprises("changes", "filters", [Fails, Passes])),
        StringComparison.Ordinal);

    private static Exchange Exchange(int index) =>
        Golden.Exchange.Read(LiteralJson.Parse("""{"request":{"method":"GET","path":"/db"}}"""), index);
}
