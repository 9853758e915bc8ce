using CloudWall.Documents.Sequences;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Server.Tests.Endpoints.Changes;

public class DatabaseUpdatesTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(55));

    [Fact]
    public async Task Creation_change_and_deletion_are_told_the_latest_of_each_database()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        await NodeUnderTest.PutAsync(await node.CreateAsync("changed"), ("a", "{}"));
        await node.CreateAsync("gone");
        await node.Node.Databases.DeleteAsync("gone", CancellationToken.None);
        await node.CreateAsync("new");

        var (status, body) = await node.GetAsync("/_db_updates");

        Assert.Equal(200, status);
        Assert.Equal(
            "{\"results\":[\n" + Row(node, "changed", "updated", 2) + ",\r\n" + Row(node, "gone", "deleted", 4) + ",\r\n" + Row(node, "new", "created", 5)
            + "\n],\n\"last_seq\":\"" + Token(node, 5) + "\"}\n\n",
            body);
        Assert.Equal(
            "{\"results\":[\n" + Row(node, "new", "created", 5) + "\n],\n\"last_seq\":\"" + Token(node, 5) + "\"}\n\n",
            (await node.GetAsync("/_db_updates?descending=true&limit=1")).Body);
        Assert.Equal("{\"results\":[\n\n],\n\"last_seq\":\"" + Token(node, 0) + "\"}\n\n", (await node.GetAsync("/_db_updates?limit=0")).Body);
    }

    [Fact]
    public async Task A_token_of_an_earlier_start_begins_anew()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        await node.CreateAsync("db");
        var token = new SequenceTokens("00000000000000000000000000000001").Format(99);

        Assert.Contains("\"db_name\":\"db\"", (await node.GetAsync("/_db_updates?since=" + token)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_continuous_feed_tells_at_once()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        using var feed = await node.OpenAsync("/_db_updates?feed=continuous&limit=2");
        await node.CreateAsync("one");
        await feed.ReadUntilAsync(Row(node, "one", "created", 1) + "\n");
        await node.Node.Databases.DeleteAsync("one", CancellationToken.None);

        var text = await feed.ReadToEndAsync();

        Assert.EndsWith(Row(node, "one", "deleted", 2) + "\n{\"last_seq\":\"" + Token(node, 2) + "\"}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_longpoll_ends_after_its_timeout()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        using var feed = await node.OpenAsync("/_db_updates?feed=longpoll&timeout=5000");

        var text = await feed.ReadToEndAsync(() => _time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal("{\"results\":[\n\n],\n\"last_seq\":\"" + Token(node, 0) + "\"}\n\n", text);
    }

    [Theory]
    [InlineData("limit=x", "invalid_integer")]
    [InlineData("timeout=-1", "invalid_integer")]
    [InlineData("heartbeat=x", "invalid_integer")]
    [InlineData("feed=live", "Supported `feed` types: normal, continuous, longpoll, eventsource")]
    [InlineData("since=5", "Malformed sequence supplied in 'since' parameter.")]
    public async Task What_a_CouchDB_refuses_is_refused_in_its_words(string query, string reason)
    {
        await using var node = await NodeUnderTest.StartAsync(_time);

        Assert.Equal((400, $$"""{"error":"bad_request","reason":"{{reason}}"}""" + "\n"), await node.GetAsync("/_db_updates?" + query));
    }

    private static string Token(NodeUnderTest node, long number) => new SequenceTokens(node.Node.Databases.Updates.Epoch).Format(number);

    private static string Row(NodeUnderTest node, string name, string type, long number) =>
        $$"""{"db_name":"{{name}}","type":"{{type}}","seq":"{{Token(node, number)}}"}""";
}
