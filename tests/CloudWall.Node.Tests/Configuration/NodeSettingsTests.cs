using CloudWall.Documents.Compaction;
using CloudWall.Node.Configuration;
using CloudWall.Settings;

namespace CloudWall.Node.Tests.Configuration;

public sealed class NodeSettingsTests
{
    [Fact]
    public void Defaults_are_those_of_CouchDB()
    {
        var settings = Read();
        Assert.Equal(8_000_000, settings.Limits.MaxDocumentSize);
        Assert.Equal(1073741824, settings.Limits.MaxAttachmentSize);
        Assert.Null(settings.Limits.MaxDocumentIdLength);
        Assert.Equal(600_000, settings.Passwords.Iterations);
        Assert.Equal(8, settings.CompressionLevel);
    }

    [Theory]
    [InlineData("couchdb", "max_document_size", "-1", "[couchdb] max_document_size must be a whole number of at least 0, or infinity, not \"-1\" (from test).")]
    [InlineData("uuids", "algorithm", "odd", "[uuids] algorithm must be one of sequential, random, utc_random, utc_id, not \"odd\" (from test).")]
    [InlineData("smoosh.ratio_dbs", "from", "25:00", "[smoosh.ratio_dbs] from must be a time of day in UTC, HH:MM, not \"25:00\" (from test).")]
    [InlineData("smoosh.slack_dbs", "min_priority", "much", "[smoosh.slack_dbs] min_priority must be a number, or infinity, not \"much\" (from test).")]
    public void Says_what_is_wrong_and_where_it_stands(string section, string key, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => Read((section, key, value))).Message);

    [Fact]
    public void Compaction_has_the_channels_of_CouchDB()
    {
        var usual = Read().Compaction;
        Assert.Equal(["ratio_dbs", "slack_dbs"], usual.Channels.Select(static channel => channel.Name));
        Assert.Equal(CompactionChannel.Defaults, usual.Channels);
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)), (usual.Warmup, usual.Staleness));
        Assert.Empty(Read(("smoosh", "db_channels", "")).Compaction.Channels);
        var own = Assert.Single(Read(
            ("smoosh", "db_channels", "night"),
            ("smoosh.night", "priority", "slack"),
            ("smoosh.night", "min_priority", "1.5"),
            ("smoosh.night", "max_priority", "infinity"),
            ("smoosh.night", "max_size", "7"),
            ("smoosh.night", "concurrency", "2"),
            ("smoosh.night", "from", "20:00"),
            ("smoosh.night", "to", "6:30"),
            ("smoosh.night", "strict_window", "true")).Compaction.Channels);
        Assert.Equal(
            new CompactionChannel
            {
                Name = "night",
                Priority = CompactionPriority.Slack,
                MinPriority = 1.5,
                MaxSize = 7,
                Concurrency = 2,
                Window = new CompactionWindow(new TimeOnly(20, 0), new TimeOnly(6, 30)),
                StrictWindow = true,
            },
            own);
    }

    [Theory]
    [InlineData("infinity", null)]
    [InlineData("20", 20)]
    public void Ids_may_be_of_any_length(string value, int? expected) =>
        Assert.Equal(expected, Read(("couchdb", "max_document_id_length", value)).Limits.MaxDocumentIdLength);

    private static NodeSettings Read(params (string, string, string)[] values)
    {
        var settings = new SettingsStore(NodeSettings.All);
        settings.Add(values, "test");
        return NodeSettings.From(settings);
    }
}
