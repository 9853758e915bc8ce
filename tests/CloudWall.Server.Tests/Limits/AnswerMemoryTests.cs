using System.Text;
using CloudWall.Server.Http;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Server.Tests.Limits;

/// <summary>Clients that do not read hold no more memory together than answers may have, and make room for those who do.</summary>
public sealed class AnswerMemoryTests
{
    // More than the system's buffers hold, so that nothing goes on unless the client reads.
    private const int Length = 6_000_000;
    private const int Capacity = 16_000_000;
    private const int Readers = 5;

    private const string Design = """
        {"views":{"id":{"map":"function(doc) { emit(doc._id); }"},"value":{"map":"function(doc) { emit(doc._id, doc.text); }"},
          "first":{"map":"function(doc) { emit(doc._id, doc.text); }","reduce":"_first"}},
         "lists":{"ids":"function() { var row; while (row = getRow()) { send(row.id || '.'); } }"},
         "filters":{"all":"function() { return true; }"},
         "shows":{"much":"function() { return 'x'.repeat(1e6); }"},
         "updates":{"much":"function(doc, req) { return [{_id: 'made'}, 'x'.repeat(1e6)]; }"}}
        """;

    /// <summary>Each way on which documents go out, and whether all of them are in one answer.</summary>
    public static TheoryData<string, string, string?, string?> Ways => new()
    {
        { "GET", "/db/doc0", null, null },
        { "GET", "/db/doc0?revs=true&conflicts=true", null, null },
        { "GET", "/db/doc0?open_revs=all", "application/json", null },
        { "GET", "/db/doc0?open_revs=all", "multipart/mixed", null },
        { "GET", "/db/with?attachments=true", "application/json", null },
        { "GET", "/db/with?attachments=true", "multipart/related", null },
        { "POST", "/db/_bulk_get", "application/json", """{"docs":[{"id":"doc0"},{"id":"doc1"}]}""" },
        { "POST", "/db/_bulk_get?attachments=true", "application/json", """{"docs":[{"id":"with"},{"id":"doc1"}]}""" },
        { "POST", "/db/_bulk_get", "multipart/mixed", """{"docs":[{"id":"doc0"},{"id":"doc1"}]}""" },
        { "GET", "/db/_all_docs?include_docs=true", null, null },
        { "GET", "/db/_all_docs?include_docs=true&attachments=true&conflicts=true", null, null },
        { "GET", "/db/_all_docs?include_docs=true&descending=true", null, null },
        { "POST", "/db/_all_docs?include_docs=true", null, """{"keys":["doc1","doc0"]}""" },
        { "POST", "/db/_all_docs/queries", null, """{"queries":[{"include_docs":true},{"include_docs":true}]}""" },
        { "GET", "/db/_design_docs?include_docs=true", null, null },
        { "GET", "/db/_local/l", null, null },
        { "GET", "/db/_local_docs?include_docs=true", null, null },
        { "POST", "/db/_local_docs?include_docs=true", null, """{"keys":["_local/l"]}""" },
        { "GET", "/db/_changes?include_docs=true", null, null },
        { "GET", "/db/_changes?include_docs=true&descending=true", null, null },
        { "GET", "/db/_changes?include_docs=true&filter=d/all", null, null },
        { "GET", "/db/_changes?include_docs=true&feed=longpoll", null, null },
        { "GET", "/db/_changes?include_docs=true&feed=continuous&limit=6", null, null },
        { "GET", "/db/_changes?include_docs=true&feed=eventsource&limit=6", null, null },
        { "POST", "/db/_changes?include_docs=true&filter=_doc_ids", null, """{"doc_ids":["doc0","doc1"]}""" },
        { "GET", "/db/_design/d/_view/id?include_docs=true", null, null },
        { "GET", "/db/_design/d/_view/value", null, null },
        { "GET", "/db/_design/d/_view/value?descending=true&include_docs=true", null, null },
        { "POST", "/db/_design/d/_view/value", null, """{"keys":["doc1","doc0"]}""" },
        { "GET", "/db/_design/d/_view/first?group=true", null, null },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Clients_that_do_not_read_hold_what_there_is_and_no_more(string method, string path, string? accept, string? body)
    {
        var time = new FakeTimeProvider();
        await using var node = await StartAsync(time);
        var memory = node.Server.AnswerMemory;
        string[] headers = [.. accept is null ? Array.Empty<string>() : ["Accept: " + accept], "Content-Type: application/json"];
        var expected = await node.SendAsync(method, path, body, headers: headers);
        Assert.Equal(200, expected.Status);
        await SlowRequest.UntilAsync(() => memory.Taken == 0);

        var readers = new List<SlowRequest>();
        try
        {
            for (var i = 0; i < Readers; i++)
            {
                readers.Add(await SlowRequest.BeginAsync(node.Server, $"{method} {path}", [.. headers, $"Content-Length: {body?.Length ?? 0}"]));
                await readers[i].SendAsync(body ?? string.Empty);
            }

            await SlowRequest.UntilAsync(() => memory.Waiting >= Readers - 2 && memory.Taken >= 2 * Length);
            Assert.InRange(memory.Taken, 0, Capacity);

            // Others are answered meanwhile, and can write.
            Assert.Equal(200, (await node.SendAsync("GET", "/db/_all_docs")).Status);
            Assert.Equal(201, (await node.SendAsync("PUT", "/other", null)).Status);
            Assert.Equal(201, (await node.SendAsync("PUT", "/other/doc", $$"""{"text":"{{new string('x', 50_000)}}"}""")).Status);
            Assert.Equal(200, (await node.SendAsync("GET", "/other/doc")).Status);

            // Who reads is answered as soon as those who do not have made room.
            var reading = node.SendAsync(method, path, body, headers: headers);
            await SlowRequest.UntilAsync(() =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return reading.IsCompleted;
            });
            var answer = await reading;
            Assert.Equal(200, answer.Status);
            if (accept is null)
            {
                Assert.Equal(Encoding.UTF8.GetString(expected.Body), Encoding.UTF8.GetString(answer.Body));
            }

        }
        finally
        {
            readers.ForEach(static reader => reader.Dispose());
        }

        await SlowRequest.UntilAsync(() => memory.Taken == 0 && memory.Waiting == 0);
    }

    [Fact]
    public async Task Who_finds_no_room_in_time_is_told_to_come_back()
    {
        var time = new FakeTimeProvider();
        await using var node = await StartAsync(time, ("cloudwall", "max_waiting", "0"));
        using var all = new AnswerShare(node.Server.AnswerMemory, static () => { });
        await all.TakeAsync(Capacity, hasBegun: false, CancellationToken.None);
        Assert.Equal(429, (await node.SendAsync("GET", "/db/doc0")).Status);
        Assert.Equal(429, (await node.SendAsync("GET", "/db/_all_docs?include_docs=true&key=\"doc0\"")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/small")).Status);
        all.Dispose();
        Assert.Equal(200, (await node.SendAsync("GET", "/db/doc0")).Status);
    }

    /// <summary>What a function answers is there before anyone can weigh it: it is refused where nothing is left.</summary>
    [Fact]
    public async Task What_functions_answer_is_refused_where_nothing_is_left()
    {
        await using var node = await StartAsync(new FakeTimeProvider());
        using var all = new AnswerShare(node.Server.AnswerMemory, static () => { });
        await all.TakeAsync(Capacity, hasBegun: false, CancellationToken.None);
        Assert.Equal(429, (await node.SendAsync("GET", "/db/_design/d/_show/much")).Status);
        Assert.Equal(429, (await node.SendAsync("POST", "/db/_design/d/_update/much")).Status);
        Assert.Equal(404, (await node.SendAsync("GET", "/db/made")).Status);
        all.Dispose();
        Assert.Equal(200, (await node.SendAsync("GET", "/db/_design/d/_show/much")).Status);
        Assert.Equal(201, (await node.SendAsync("POST", "/db/_design/d/_update/much")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/made")).Status);
    }

    [Theory]
    [InlineData("value")]
    [InlineData("value?include_docs=true&key=\"small\"")]
    [InlineData("first?group=true")]
    public async Task Rows_for_a_list_wait_for_room_before_they_are_read(string view)
    {
        await using var node = await StartAsync(new FakeTimeProvider());
        var memory = node.Node.Memory;
        using var all = new Documents.Admission.MemoryShare(memory);
        await all.ReserveAsync(memory.LargestShare, CancellationToken.None);
        var path = $"/db/_design/d/_list/ids/{view}";
        if (view.Contains("small", StringComparison.Ordinal))
        {
            Assert.Equal("small", Encoding.UTF8.GetString((await node.SendAsync("GET", path)).Body));
            return;
        }

        var list = node.SendAsync("GET", path);
        await SlowRequest.UntilAsync(() => memory.Waiting == 1);
        all.Dispose();
        Assert.Equal(200, (await list).Status);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_keeps_its_answer_while_nobody_waits()
    {
        var time = new FakeTimeProvider();
        await using var node = await StartAsync(time, ("cloudwall", "stall_timeout", "86400000"));
        using var reader = await SlowRequest.BeginAsync(node.Server, "GET /db/doc0");
        await SlowRequest.UntilAsync(() => node.Server.AnswerMemory.Taken > 0);
        for (var minute = 0; minute < 60; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(200, (await node.SendAsync("GET", "/db/doc1")).Status);
        await reader.ReadToAsync("\"}\n");
        await SlowRequest.UntilAsync(() => node.Server.AnswerMemory.Taken == 0);
    }

    [Fact]
    public async Task A_client_that_hangs_up_leaves_the_queue()
    {
        var time = new FakeTimeProvider();
        await using var node = await StartAsync(time);
        using var all = new AnswerShare(node.Server.AnswerMemory, static () => { });
        await all.TakeAsync(Capacity, hasBegun: false, CancellationToken.None);
        using (await SlowRequest.BeginAsync(node.Server, "GET /db/doc0"))
        {
            await SlowRequest.UntilAsync(() => node.Server.AnswerMemory.Waiting == 1);
        }

        await SlowRequest.UntilAsync(() => node.Server.AnswerMemory.Waiting == 0);
    }

    private static async Task<TestNode> StartAsync(FakeTimeProvider time, params (string, string, string)[] settings)
    {
        var node = await TestNode.StartAsync(
            time, [("cloudwall", "answer_memory", $"{Capacity}"), ("cloudwall", "wait_timeout", "86400000"), ("couchdb", "os_process_timeout", "86400000"), .. settings]);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        var large = $$"""{"text":"{{new string('x', Length)}}"}""";
        foreach (var (path, body) in new[]
        {
            ("/db/doc0", large),
            ("/db/doc1", large),
            ("/db/small", "{}"),
            ("/db/_local/l", large),
            ("/db/_design/d", Design),
            ("/db/_design/large", large),
            ("/db/with", large[..^1] + ""","_attachments":{"a":{"content_type":"image/png","data":"AAAA"}}}"""),
        })
        {
            Assert.Equal(201, (await node.SendAsync("PUT", path, body, headers: "Content-Type: application/json")).Status);
        }

        return node;
    }
}
