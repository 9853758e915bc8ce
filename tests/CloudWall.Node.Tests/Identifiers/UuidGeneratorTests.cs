using CloudWall.Node.Configuration;
using CloudWall.Node.Identifiers;
using CloudWall.Settings;

namespace CloudWall.Node.Tests.Identifiers;

public sealed class UuidGeneratorTests
{
    [Theory]
    [InlineData("sequential", "^[0-9a-f]{32}$", true)]
    [InlineData("random", "^[0-9a-f]{32}$", false)]
    [InlineData("utc_random", "^[0-9a-f]{32}$", true)]
    [InlineData("utc_id", "^[0-9a-f]{14}@home$", true)]
    public void Ids_are_unique_and_most_grow(string algorithm, string pattern, bool grows)
    {
        var settings = new SettingsStore(NodeSettings.All);
        settings.Add([("uuids", "algorithm", algorithm), ("uuids", "utc_id_suffix", "@home")], "test");
        var generator = new UuidGenerator(() => NodeSettings.From(settings), TimeProvider.System, Randomness.OfSystem);
        var ids = Enumerable.Range(0, 1000).Select(_ => generator.Next()).ToArray();
        Assert.All(ids, id => Assert.Matches(pattern, id));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        if (grows)
        {
            Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        }
    }

    [Fact]
    public void Sequential_ids_begin_anew_when_their_end_is_used_up()
    {
        var settings = NodeSettings.From(new SettingsStore(NodeSettings.All));
        var generator = new UuidGenerator(() => settings, TimeProvider.System, Randomness.OfSystem);
        var ids = Enumerable.Range(0, 20_000).Select(_ => generator.Next()).ToArray();
        Assert.True(ids.Select(static id => id[..26]).Distinct().Count() > 1);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }
}
