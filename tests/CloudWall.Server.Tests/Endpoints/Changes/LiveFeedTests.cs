using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Server.Tests.Endpoints.Changes;

public class LiveFeedTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(55));

    [Fact]
    public async Task A_longpoll_without_news_ends_after_its_timeout_and_not_before()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        var database = await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=longpoll&timeout=20000");
        var began = _time.GetTimestamp();

        var text = await feed.ReadToEndAsync(() => _time.Advance(Step));

        Assert.True(_time.GetElapsedTime(began) >= TimeSpan.FromSeconds(20));
        Assert.Equal("{\"results\":[\n\n\n],\n\"last_seq\":\"" + ChangesTests.Token(database, 0) + "\",\"pending\":0}\n\n", text);
    }

    [Fact]
    public async Task A_timeout_longer_than_the_node_allows_is_cut()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=longpoll&timeout=999999999");
        var began = _time.GetTimestamp();
        var ended = TimeSpan.Zero;

        await feed.ReadToEndAsync(() =>
        {
            ended = _time.GetElapsedTime(began);
            _time.Advance(TimeSpan.FromSeconds(10));
        });

        Assert.True(ended >= TimeSpan.FromSeconds(50), "It ended after " + ended);
    }

    [Fact]
    public async Task A_longpoll_is_woken_by_the_first_change_that_its_filter_wants()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        var database = await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=longpoll&filter=_doc_ids&since=now", """{"doc_ids":["wanted"]}""");
        await feed.ReadUntilAsync("{\"results\":[\n\n");

        await NodeUnderTest.PutAsync(database, ("other", "{}"));
        var revision = await NodeUnderTest.PutAsync(database, ("wanted", "{}"));

        var token = ChangesTests.Token(database, 2);
        Assert.StartsWith(
            "{\"results\":[\n\n{\"seq\":\"" + token + "\",\"id\":\"wanted\",\"changes\":[{\"rev\":\"" + revision[0] + "\"}]}\n],\n\"last_seq\":\"" + token + "\",",
            await feed.ReadToEndAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeats_keep_a_feed_open_for_ever()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        var database = await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=continuous&heartbeat=30000&timeout=1");
        var beats = new string('\n', 10);

        await feed.ReadUntilAsync(beats, () => _time.Advance(Step));
        await NodeUnderTest.PutAsync(database, ("a", "{}"));
        await feed.ReadUntilAsync("\"id\":\"a\"");
        await feed.ReadUntilAsync("]}\n\n\n", () => _time.Advance(Step));

        Assert.DoesNotContain("last_seq", feed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_heartbeat_comes_no_earlier_than_it_was_asked_for()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=continuous&heartbeat=true");
        var began = _time.GetTimestamp();

        await feed.ReadUntilAsync("\n\n", () => _time.Advance(Step));

        Assert.True(_time.GetElapsedTime(began) >= TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_continuous_feed_sends_each_change_at_once_and_ends_at_its_limit()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        var database = await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=continuous&limit=2&heartbeat=60000");
        await feed.ReadUntilAsync("\n");

        await NodeUnderTest.PutAsync(database, ("a", "{}"));
        await feed.ReadUntilAsync("\"id\":\"a\"");
        await NodeUnderTest.PutAsync(database, ("b", "{}"), ("c", "{}"));
        var text = await feed.ReadToEndAsync();

        Assert.DoesNotContain("\"id\":\"c\"", text, StringComparison.Ordinal);
        Assert.EndsWith("]}\n{\"last_seq\":\"" + ChangesTests.Token(database, 2) + "\",\"pending\":1}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_source_is_framed_to_the_letter()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        var database = await node.CreateAsync("db");
        var revision = (await NodeUnderTest.PutAsync(database, ("a", "{}")))[0];
        var token = ChangesTests.Token(database, 1);
        using var feed = await node.OpenAsync("/db/_changes?feed=eventsource&heartbeat=1000");

        await feed.ReadUntilAsync("heartbeat\ndata: \n\n", () => _time.Advance(Step));

        Assert.StartsWith(
            "data: {\"seq\":\"" + token + "\",\"id\":\"a\",\"changes\":[{\"rev\":\"" + revision + "\"}]}\nid: \"" + token + "\"\n\nevent: heartbeat\ndata: \n\n",
            feed.Text,
            StringComparison.Ordinal);
        Assert.Equal("text/event-stream", feed.Message.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", feed.Message.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_browser_goes_on_where_it_was_when_its_event_source_broke_off()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, ("a", "{}"), ("b", "{}"));
        node.Client.DefaultRequestHeaders.Add("Last-Event-ID", "\"" + ChangesTests.Token(database, 1) + "\"");
        using var feed = await node.OpenAsync("/db/_changes?feed=eventsource&limit=1&since=0");

        var text = await feed.ReadToEndAsync();

        Assert.Contains("\"id\":\"b\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"id\":\"a\"", text, StringComparison.Ordinal);
        Assert.EndsWith("\n\n\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("continuous")]
    [InlineData("longpoll")]
    public async Task A_feed_ends_with_its_last_line_when_the_database_is_deleted(string kind)
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        await node.CreateAsync("db");
        using var feed = await node.OpenAsync($"/db/_changes?feed={kind}&heartbeat=60000");
        await feed.ReadUntilAsync("\n");

        await node.Node.Databases.DeleteAsync("db", CancellationToken.None);

        Assert.Contains("\"last_seq\":", await feed.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feeds_end_with_their_last_line_when_the_node_ends()
    {
        var node = await NodeUnderTest.StartAsync(_time);
        await node.CreateAsync("db");
        using var changes = await node.OpenAsync("/db/_changes?feed=continuous&heartbeat=60000");
        using var updates = await node.OpenAsync("/_db_updates?feed=continuous&since=now&heartbeat=1000");
        await changes.ReadUntilAsync("\n");
        await updates.ReadUntilAsync("\n", () => _time.Advance(Step));
        var reading = (changes.ReadToEndAsync(), updates.ReadToEndAsync());

        await node.DisposeAsync();

        Assert.Contains("\"last_seq\":", await reading.Item1, StringComparison.Ordinal);
        Assert.Contains("\"last_seq\":", await reading.Item2, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_hangs_up_ends_its_feed()
    {
        await using var node = await NodeUnderTest.StartAsync(_time);
        await node.CreateAsync("db");
        using (var feed = await node.OpenAsync("/db/_changes?feed=continuous&heartbeat=60000"))
        {
            await feed.ReadUntilAsync("\n");
        }

        Assert.Contains("/db/_changes", await node.Log.WaitForAsync("feed=continuous"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_stops_reading_stops_the_feed_and_nothing_else()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        var text = new string('x', 10_000);
        for (var i = 0; i < 40; i++)
        {
            await NodeUnderTest.PutAsync(database, Enumerable.Range(0, 100).Select(n => ($"d{i}-{n}", $$"""{"text":"{{text}}"}""")));
        }

        using var socket = await node.SendRawAsync("/db/_changes?include_docs=true");
        var piece = new byte[4096];
        var read = await socket.ReceiveAsync(piece);
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(piece, 0, read), StringComparison.Ordinal);

        // While one reader is stuck, others are served.
        Assert.Equal(200, (await node.GetAsync("/db/_changes?limit=1")).Status);
        await node.Node.Databases.DeleteAsync("db", CancellationToken.None);

        // Had the node written all of the 40 MB into memory, all of them would still come.
        long total = read;
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        try
        {
            while ((read = await socket.ReceiveAsync(piece, patience.Token)) > 0)
            {
                total += read;
            }
        }
        catch (SocketException)
        {
            // Cut off in the middle, as it should be.
        }

        Assert.InRange(total, 1, 30_000_000);
    }

    [Fact]
    public async Task Whoever_follows_a_busy_database_ends_up_with_the_latest_revision_of_each_document()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        using var feed = await node.OpenAsync("/db/_changes?feed=continuous&heartbeat=60000");
        await feed.ReadUntilAsync("\n");

        async Task WriteAsync(int writer)
        {
            var revision = string.Empty;
            for (var edit = 0; edit < 100; edit++)
            {
                // Every seventh edit deletes the document, and the one after it makes it anew.
                var isNew = edit % 7 == 0;
                var json = isNew ? "{}" : $$"""{"_rev":"{{revision}}","_deleted":{{(edit % 7 == 6 ? "true" : "false")}}}""";
                revision = (await NodeUnderTest.PutAsync(database, ($"d{writer}", json)))[0].ToString();
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(WriteAsync));
        await NodeUnderTest.PutAsync(database, ("last", "{}"));
        await feed.ReadUntilAsync("\"id\":\"last\"");

        var sequences = new List<long>();
        var latest = new Dictionary<string, string>();
        foreach (var line in feed.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var row = System.Text.Json.JsonDocument.Parse(line);
            sequences.Add(long.Parse(row.RootElement.GetProperty("seq").GetString()!.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture));
            latest[row.RootElement.GetProperty("id").GetString()!] = row.RootElement.GetProperty("changes")[0].GetProperty("rev").GetString()!;
        }

        Assert.Equal(sequences.Order(), sequences);
        Assert.Equal(sequences.Count, sequences.Distinct().Count());
        Assert.Equal(9, latest.Count);
        Assert.All(latest, seen => Assert.Equal(database.Find(seen.Key)!.Winner.Revision.ToString(), seen.Value));
    }
}
