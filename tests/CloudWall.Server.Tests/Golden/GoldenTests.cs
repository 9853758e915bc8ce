namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// Replays the exchanges recorded from a CouchDB (tests/golden). Environment: <c>CLOUDWALL_GOLDEN_URL</c> takes another server
/// (nothing is forgiven it), <c>CLOUDWALL_GOLDEN_AREAS</c> other areas (<c>all</c>, or names with commas),
/// <c>CLOUDWALL_GOLDEN_REPORT</c> names a file for a list of what fails.
/// </summary>
public sealed class GoldenTests(GoldenFixture fixture) : IClassFixture<GoldenFixture>
{
    /// <summary>The areas that the server answers so far.</summary>
    private static readonly string[] Replayed =
    [
        "server", "database", "document", "bulk", "attachments", "changes", "conflicts", "localdocs", "purge", "replication", "views", "couchapp",
        "strangers", "auth", "config", "cors", "mango", "partitioned",
    ];

    private static readonly Lazy<GoldenFile[]> Files = new(() => [.. Areas().Select(GoldenFile.Load)]);

    public static TheoryData<string, string> Scenarios()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Files.Value)
        {
            foreach (var scenario in file.Scenarios)
            {
                data.Add(file.Area, scenario.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_scenario_is_answered_as_recorded(string area, string scenario)
    {
        var recorded = Files.Value.Single(file => file.Area == area).Scenarios.Single(each => each.Name == scenario);

        var results = await ScenarioRunner.RunAsync(fixture.Server, recorded, fixture.NextRun());

        fixture.Report.Add(area, scenario, results);
        var surprises = fixture.Waiting.Surprises(area, scenario, results);
        Assert.True(surprises.Count == 0, $"{surprises.Count} of {results.Count}:\n" + string.Join('\n', surprises));
    }

    [Fact]
    public void What_waits_is_among_the_exchanges_that_are_replayed()
    {
        var labels = Replayed.Select(GoldenFile.Load).SelectMany(file => file.Scenarios.SelectMany(scenario => scenario.Exchanges
            .Where(exchange => exchange.Start is null)
            .Select(exchange => WaitingList.Label(file.Area, scenario.Name, exchange.Index))));

        Assert.Empty(WaitingList.Load().Reasons.Keys.Except(labels));
    }

    private static IEnumerable<string> Areas() => Environment.GetEnvironmentVariable("CLOUDWALL_GOLDEN_AREAS") switch
    {
        null or "" => Replayed,
        "all" => GoldenFile.Areas,
        var names => names.Split(','),
    };
}
