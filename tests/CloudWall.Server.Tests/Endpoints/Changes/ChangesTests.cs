using System.Net;
using System.Text.Json;
using CloudWall.Documents.Databases;

namespace CloudWall.Server.Tests.Endpoints.Changes;

public class ChangesTests
{
    [Fact]
    public async Task A_normal_feed_is_framed_to_the_letter()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        var revisions = await NodeUnderTest.PutAsync(database, ("a", "{}"), ("b", "{}"));
        var (first, second) = (Token(database, 1), Token(database, 2));

        Assert.Equal(
            "{\"results\":[\n"
            + "{\"seq\":\"" + first + "\",\"id\":\"a\",\"changes\":[{\"rev\":\"" + revisions[0] + "\"}]},\r\n"
            + "{\"seq\":\"" + second + "\",\"id\":\"b\",\"changes\":[{\"rev\":\"" + revisions[1] + "\"}]}\n"
            + "],\n\"last_seq\":\"" + second + "\",\"pending\":0}\n\n",
            (await node.GetAsync("/db/_changes")).Body);
        Assert.Equal(
            "{\"results\":[\n\n],\n\"last_seq\":\"" + Token(database, 0) + "\",\"pending\":2}\n\n",
            (await node.GetAsync("/db/_changes?limit=0")).Body);
    }

    // 20 documents in the order of their sequences, every fifth of them a design document.
    [Theory]
    [InlineData("", 20, 20, 0)]
    [InlineData("limit=3", 3, 3, 17)]
    [InlineData("limit=-1", 20, 20, 0)]
    [InlineData("limit=100000000000000000000&timeout=-100000000000000000000&heartbeat=100000000000000000000", 20, 20, 0)]
    [InlineData("descending=true&limit=3", 3, 18, 17)]
    [InlineData("descending=true", 20, 1, 0)]
    [InlineData("descending=true&since=nonsense&limit=0", 0, 20, 20)]
    [InlineData("filter=_design", 4, 20, 16)]
    [InlineData("filter=_design&limit=2", 2, 10, 18)]
    [InlineData("filter=_design&descending=true", 4, 5, 16)]
    [InlineData("filter=_doc_ids&doc_ids=[\"d3\",\"d7\",\"none\"]", 2, 20, 18)]
    [InlineData("filter=_doc_ids&doc_ids=[\"d3\",\"d7\"]&limit=1", 1, 3, 19)]
    [InlineData("filter=_doc_ids&doc_ids=[\"d3\",\"d7\"]&limit=2", 2, 7, 18)]
    [InlineData("filter=_doc_ids&doc_ids=[\"d3\",\"d7\"]&descending=true&limit=1", 1, 7, 19)]
    [InlineData("filter=_doc_ids&doc_ids=[]", 0, 20, 20)]
    [InlineData("filter=_doc_ids&doc_ids=[\"d1\",\"d2\",\"d3\",\"d4\",\"d6\",\"d7\",\"d8\"]", 7, 20, 13)]
    [InlineData("filter=_doc_ids&doc_ids=[\"d1\",\"d2\",\"d3\",\"d4\",\"d6\",\"d7\",\"d8\"]&limit=5", 5, 6, 15)]
    public async Task The_last_sequence_and_what_is_pending_are_those_of_a_CouchDB(string query, int rows, long last, long pending)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await TwentyAsync(node);

        using var json = JsonDocument.Parse((await node.GetAsync("/db/_changes?" + query)).Body);

        Assert.Equal(rows, json.RootElement.GetProperty("results").GetArrayLength());
        Assert.Equal(Token(database, last), json.RootElement.GetProperty("last_seq").GetString());
        Assert.Equal(pending, json.RootElement.GetProperty("pending").GetInt64());
    }

    /// <summary>Review, differences F18: a document that is named more than once has as many rows, where CouchDB looks it up.</summary>
    [Theory]
    [InlineData("d7 d3 d7 d7 none d3", "", "d3 d3 d7 d7 d7", 20, 15)]
    [InlineData("d7 d3 d7", "&descending=true", "d7 d7 d3", 3, 17)]
    [InlineData("d7 d3 d7", "&limit=2", "d3 d7", 7, 18)]
    [InlineData("d7 d7", "&limit=1", "d7", 7, 19)]
    [InlineData("d7 d7", "&since=now", "", 20, 0)]
    [InlineData("d7 d7", "&feed=continuous&timeout=0", "d7 d7", 20, 18)]
    [InlineData("d1 d1 d1 d2 d3 d4 d6 d7 d8 d9", "", "d1 d1 d1 d2 d3 d4 d6 d7 d8 d9", 20, 10)]
    [InlineData("d1 d1 d1 d2 d3 d4 d6 d7 d8 d9", "&limit=2", "d1 d1", 1, 18)]
    public async Task A_document_that_is_named_more_than_once_has_as_many_rows(string ids, string query, string rows, long last, long pending)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await TwentyAsync(node);

        var (seen, end) = await RowsAsync(node, ids.Split(' '), query);

        Assert.Equal(rows, string.Join(' ', seen));
        Assert.Contains($"\"last_seq\":\"{Token(database, last)}\",\"pending\":{pending}}}", end, StringComparison.Ordinal);
    }

    /// <summary>
    /// As in CouchDB, more rows than there are changes leave less than nothing; and of more than 1000 ids each counts once.
    /// </summary>
    [Theory]
    [InlineData(1000, 1000, -980)]
    [InlineData(1001, 1, 0)]
    public async Task Ids_that_are_named_again_and_again_count_as_often_as_they_are_looked_up(int times, int rows, long pending)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await TwentyAsync(node);

        var (seen, end) = await RowsAsync(node, Enumerable.Repeat("d7", times), string.Empty);

        Assert.Equal(Enumerable.Repeat("d7", rows), seen);
        Assert.Contains($"\"last_seq\":\"{Token(database, 20)}\",\"pending\":{pending}}}", end, StringComparison.Ordinal);
    }

    // More ids than CouchDB looks up: it passes over all rows, and over one more than the limit asks for.
    [Theory]
    [InlineData(1200, "", 1200, 5000, 0)]
    [InlineData(1200, "limit=1200", 1200, 1201, 3800)]
    [InlineData(1200, "limit=10", 10, 10, 4990)]
    [InlineData(1200, "limit=0", 0, 0, 5000)]
    [InlineData(1300, "", 1300, 5000, 0)]
    [InlineData(1300, "limit=1300", 1300, 1301, 3700)]
    [InlineData(1300, "limit=10", 10, 10, 4990)]
    [InlineData(1300, "limit=0", 0, 0, 5000)]
    [InlineData(1300, "descending=true", 1300, 1, 0)]
    [InlineData(1300, "descending=true&limit=1300", 1300, 1, 0)]
    [InlineData(1300, "descending=true&limit=1", 1, 1300, 1299)]
    [InlineData(1000, "", 1000, 5000, 4000)]
    [InlineData(1000, "limit=1000", 1000, 1000, 4000)]
    [InlineData(1000, "descending=true", 1000, 1, 4000)]
    [InlineData(1000, "descending=true&limit=1", 1, 1000, 4999)]
    public async Task Many_ids_come_to_the_same_whether_looked_up_or_passed_over(int count, string query, int rows, long last, long pending)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, Enumerable.Range(1, 5000).Select(static i => ($"d{i:0000}", "{}")));
        var ids = string.Join(',', Enumerable.Range(1, count).Select(static i => $"\"d{i:0000}\""));

        using var json = JsonDocument.Parse((await node.PostAsync("/db/_changes?filter=_doc_ids&" + query, $$"""{"doc_ids":[{{ids}}]}""")).Body);

        Assert.Equal(rows, json.RootElement.GetProperty("results").GetArrayLength());
        Assert.Equal(Token(database, last), json.RootElement.GetProperty("last_seq").GetString());
        Assert.Equal(pending, json.RootElement.GetProperty("pending").GetInt64());
    }

    [Fact]
    public async Task Reading_on_from_the_last_sequence_misses_nothing_and_repeats_nothing()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await TwentyAsync(node);
        var seen = new List<string>();
        for (var (since, pending) = ("0", 1L); pending > 0;)
        {
            using var json = JsonDocument.Parse((await node.GetAsync($"/db/_changes?limit=7&since={since}")).Body);
            seen.AddRange(json.RootElement.GetProperty("results").EnumerateArray().Select(static row => row.GetProperty("id").GetString()!));
            since = json.RootElement.GetProperty("last_seq").GetString();
            pending = json.RootElement.GetProperty("pending").GetInt64();
        }

        Assert.Equal(20, seen.Count);
        Assert.Equal(20, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_token_of_a_database_that_had_the_name_before_begins_anew()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var before = await TwentyAsync(node);
        var token = Token(before, 15);
        await node.Node.Databases.DeleteAsync("db", CancellationToken.None);
        var after = await TwentyAsync(node);

        using var json = JsonDocument.Parse((await node.GetAsync("/db/_changes?since=" + token)).Body);
        using var ahead = JsonDocument.Parse((await node.GetAsync("/db/_changes?since=" + Token(after, 21))).Body);

        Assert.Equal(20, json.RootElement.GetProperty("results").GetArrayLength());
        Assert.Equal(20, ahead.RootElement.GetProperty("results").GetArrayLength());
    }

    [Theory]
    [InlineData("since=3", "Malformed sequence supplied in 'since' parameter.")]
    [InlineData("since=00", "Malformed sequence supplied in 'since' parameter.")]
    [InlineData("since=NOW", "Malformed sequence supplied in 'since' parameter.")]
    [InlineData("feed=", "Supported `feed` types: normal, continuous, live, longpoll, eventsource")]
    [InlineData("heartbeat=0", "The heartbeat value should be a positive integer (in milliseconds).")]
    [InlineData("heartbeat=false", "Invalid heartbeat value. Expecting a positive integer value (in milliseconds).")]
    [InlineData("filter=x/y/z", "`filter` must be of the form `designname/filtername`")]
    [InlineData("filter=_nothing", "unknown builtin filter name")]
    [InlineData("filter=_selector", "Selector must be specified in POST payload")]
    public async Task What_a_CouchDB_refuses_is_refused_in_its_words(string query, string reason)
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("db");

        Assert.Equal((400, $$"""{"error":"bad_request","reason":"{{reason}}"}""" + "\n"), await node.GetAsync("/db/_changes?" + query));
    }

    [Theory]
    [InlineData("filter=none/f", 404, "missing")]
    [InlineData("filter=gone/f", 404, "deleted")]
    [InlineData("filter=d/f", 404, "missing json key: f")]
    [InlineData("filter=_view&view=d/v", 404, "missing json key: views")]
    public async Task Filter_functions_are_looked_for(string query, int status, string reason)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        var revisions = await NodeUnderTest.PutAsync(database, ("_design/gone", "{}"), ("_design/d", """{"filters":{"g":"function () {}"}}"""));
        await NodeUnderTest.PutAsync(database, ("_design/gone", $$"""{"_rev":"{{revisions[0]}}","_deleted":true}"""));

        var answer = await node.GetAsync("/db/_changes?" + query);

        Assert.Equal(status, answer.Status);
        Assert.Contains($"\"reason\":\"{reason}\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_every_nth_row_has_its_sequence_counted_from_the_limit()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await TwentyAsync(node);

        using var json = JsonDocument.Parse((await node.GetAsync("/db/_changes?seq_interval=2&limit=3")).Body);

        Assert.Equal(
            [JsonValueKind.Null, JsonValueKind.String, JsonValueKind.Null],
            json.RootElement.GetProperty("results").EnumerateArray().Select(static row => row.GetProperty("seq").ValueKind));
    }

    [Fact]
    public async Task An_unchanged_database_need_not_be_sent_again()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await TwentyAsync(node);
        using var first = await node.OpenAsync("/db/_changes");
        node.Client.DefaultRequestHeaders.Add("If-None-Match", first.Message.Headers.ETag!.Tag);

        using var second = await node.OpenAsync("/db/_changes");
        await NodeUnderTest.PutAsync(database, ("new", "{}"));
        using var third = await node.OpenAsync("/db/_changes");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.OK],
            [first.Message.StatusCode, second.Message.StatusCode, third.Message.StatusCode]);
    }

    [Fact]
    public async Task Rows_have_all_leaves_their_deletion_and_their_documents()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.MergeAsync(database, "a", """{"_rev":"1-x"}""");
        await NodeUnderTest.MergeAsync(database, "a", """{"_rev":"1-y","n":1}""");
        await NodeUnderTest.MergeAsync(database, "b", """{"_rev":"3-z","_deleted":true,"why":"x"}""");

        var (_, body) = await node.GetAsync("/db/_changes?style=all_docs&include_docs=true&conflicts=true");

        Assert.Contains("""[{"rev":"1-y"},{"rev":"1-x"}],"doc":{"_id":"a","_rev":"1-y","n":1,"_conflicts":["1-x"]}}""", body, StringComparison.Ordinal);
        Assert.Contains("""[{"rev":"3-z"}],"deleted":true,"doc":{"_id":"b","_rev":"3-z","why":"x","_deleted":true}}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_changes_come_in_order_with_their_documents()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, Enumerable.Range(0, 10_000).Select(static i => ($"d{i:00000}", $$"""{"n":{{i}}}""")));

        using var json = JsonDocument.Parse((await node.GetAsync("/db/_changes?include_docs=true")).Body);

        Assert.Equal(
            Enumerable.Range(0, 10_000),
            json.RootElement.GetProperty("results").EnumerateArray().Select(static row => row.GetProperty("doc").GetProperty("n").GetInt32()));
    }

    internal static string Token(Database database, long sequence) =>
        new CloudWall.Documents.Sequences.SequenceTokens(database.Incarnation).Format(sequence);

    /// <summary>The ids of the rows about some documents, and the whole answer.</summary>
    private static async Task<(IEnumerable<string> Rows, string Answer)> RowsAsync(NodeUnderTest node, IEnumerable<string> ids, string query)
    {
        var (status, answer) = await node.PostAsync("/db/_changes?filter=_doc_ids" + query, JsonSerializer.Serialize(new { doc_ids = ids }));
        Assert.Equal(200, status);
        return (answer.Split("\"id\":\"").Skip(1).Select(static row => row[..row.IndexOf('"', StringComparison.Ordinal)]), answer);
    }

    private static async Task<Database> TwentyAsync(NodeUnderTest node)
    {
        var database = await node.CreateAsync("db");
        for (var i = 1; i <= 20; i++)
        {
            await NodeUnderTest.PutAsync(database, (i % 5 == 0 ? $"_design/d{i}" : $"d{i}", "{}"));
        }

        return database;
    }
}
