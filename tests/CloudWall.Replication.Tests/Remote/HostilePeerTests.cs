using System.Net;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Tests.Remote;

/// <summary>Review, attack 8: a peer whose answers have no end, or more in them than it was asked for.</summary>
public sealed class HostilePeerTests
{
    private const int Longest = 1 << 20;
    private const string Hash = "11111111111111111111111111111111";
    private static readonly RevisionId First = Revision("1-" + Hash);

    public static TheoryData<string, string, HttpStatusCode> Endless => new()
    {
        { "", "x", HttpStatusCode.OK },
        { "", " ", HttpStatusCode.OK },
        { "{\"x\":\"", "x", HttpStatusCode.OK },
        { "{\"error\":\"", "x", HttpStatusCode.InternalServerError },
        { "{\"error\":\"", "x", HttpStatusCode.NotImplemented },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task Answers_about_a_server_a_database_and_a_checkpoint_are_small(string begin, string unit, HttpStatusCode status)
    {
        var script = new Script((_, _) => Answer(begin, unit, status, 4 << 20));
        foreach (var ask in (Func<Peer, Task>[])[
            static peer => peer.ReadInfoAsync(CancellationToken.None),
            static peer => peer.ReadLocalAsync("checkpoint", CancellationToken.None),
            static peer => peer.WriteLocalAsync("checkpoint", null, "{}"u8.ToArray(), CancellationToken.None),
            static peer => peer.EnsureFullCommitAsync(CancellationToken.None),
            static peer => peer.FindMissingAsync([new PeerChange("1", "a", [First])], CancellationToken.None),
            static peer => peer.WriteAsync([new FetchedRevision("a", [First], false, "{}"u8.ToArray(), [])], CancellationToken.None)])
        {
            await using var peer = Peer(script);
            await Assert.ThrowsAsync<PeerException>(() => ask(peer));
        }
    }

    /// <summary>The framework's readers take half a surrogate pair for JSON, until they are asked what it says.</summary>
    [Theory]
    [InlineData("info", """{"update_seq":1,"instance_start_time":"\ud800"}""")]
    [InlineData("info", """{"\ud800":1,"update_seq":1,"instance_start_time":"1"}""")]
    [InlineData("info", """{"update_seq":"\udc00\ud800"}""")]
    [InlineData("server", """{"uuid":"\ud800"}""")]
    [InlineData("server", """{"vendor":{"boot":"x\ud800x"}}""")]
    [InlineData("local", """{"_rev":"\ud800"}""")]
    [InlineData("local", """{"_rev":"0-1","session_id":"\ud800"}""")]
    [InlineData("local", """{"_rev":"0-1","history":[{"recorded_seq":"\ud800"}]}""")]
    [InlineData("written", """{"rev":"\ud800"}""")]
    [InlineData("changes", """{"results":[{"seq":1,"id":"\ud800","changes":[]}]}""")]
    [InlineData("changes", """{"results":[{"seq":"\ud800","id":"a","changes":[]}]}""")]
    [InlineData("changes", """{"results":[{"seq":1,"id":"a","changes":[{"rev":"\ud800"}]}]}""")]
    [InlineData("changes", """{"results":[{"error":"\ud800"}]}""")]
    [InlineData("changes", """{"results":[{"error":"e","reason":"\ud800"}]}""")]
    [InlineData("changes", """{"results":[],"last_seq":"\ud800"}""")]
    [InlineData("missing", """{"\ud800":{"missing":[]}}""")]
    [InlineData("missing", """{"a":{"missing":["\ud800"]}}""")]
    [InlineData("missing", """{"a":{"missing":["1-a"],"possible_ancestors":["\ud800"]}}""")]
    [InlineData("fetch", """{"results":[{"id":"\ud800","docs":[]}]}""")]
    [InlineData("write", """[{"id":"\ud800","error":"forbidden","reason":"x"}]""")]
    [InlineData("write", """[{"id":"a","error":"forbidden","reason":"\ud800"}]""")]
    [InlineData("filter", """{"filters":{"f":"\ud800"}}""")]
    public async Task Text_that_is_none_is_the_peers_failure(string question, string answer)
    {
        await using var peer = Peer(new Script((_, _) => Script.Json(answer)), retries: 0);
        var failure = await Assert.ThrowsAsync<PeerException>(() => AskAsync(peer, question));
        Assert.Equal("http_request_failed", failure.Error.Error);
        Assert.Contains("http://host/db", failure.Error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("changes", """{"results":[{"\ud800":1,"seq":1,"id":"a\ud83d\ude00\\ud800","changes":[{"\ud800":1}]}],"\ud800":1}""")]
    [InlineData("missing", """{"a":{"\ud800":1,"missing":[]}}""")]
    [InlineData("filter", """{"\ud800":1,"filters":{"\ud800":1,"f":"function"}}""")]
    public async Task Names_that_are_no_text_are_passed_over(string question, string answer)
    {
        await using var peer = Peer(new Script((_, _) => Script.Json(answer)), retries: 0);
        await AskAsync(peer, question);
    }

    [Theory]
    [InlineData("\"\\ud800\":1")]
    [InlineData("\"x\":\"\\ud800\"")]
    [InlineData("\"_attachments\":{\"\\ud800\":{\"data\":\"\"}}")]
    [InlineData("\"_attachments\":{\"a\":{\"\\ud800\":1,\"data\":\"\"}}")]
    [InlineData("\"_attachments\":{\"a\":{\"content_type\":\"\\ud800\",\"data\":\"\"}}")]
    public async Task A_document_with_text_that_is_none_is_one_that_no_target_takes(string member)
    {
        var document = $$"""{{{member}},"_id":"a","_rev":"{{First}}"}""";
        var script = new Script((request, _) => Script.Json(request.Method == HttpMethod.Post
            ? $$"""{"results":[{"\ud800":1,"id":"a","docs":[{"\ud800":1,"ok":{{document}}}]}]}"""
            : $$"""[{"\ud800":1,"ok":{{document}}}]"""));
        await using var peer = Peer(script, retries: 1);
        var fetched = Assert.Single(await FetchAsync(peer, new MissingRevisions("a", [First], [])));
        Assert.Equal((First, 400), (fetched.Path[0], fetched.Fault?.Status));
    }

    /// <summary>To read them took time that grew with the square of their depth.</summary>
    [Theory]
    [InlineData("info", "{\"update_seq\":#}")]
    [InlineData("server", "{\"uuid\":#}")]
    [InlineData("local", "{\"_rev\":\"0-1\",\"history\":#}")]
    [InlineData("written", "{\"rev\":\"1-a\",\"x\":#}")]
    [InlineData("commit", "{\"instance_start_time\":\"1\",\"x\":#}")]
    [InlineData("write", "[#]")]
    public async Task Answers_that_are_nested_too_deep_are_the_peers_failure(string question, string answer)
    {
        const int Depth = 60_000;
        var deep = answer.Replace("#", new string('[', Depth) + new string(']', Depth), StringComparison.Ordinal);
        await using var peer = Peer(new Script((_, _) => Script.Json(deep)), retries: 0);
        var failure = await Assert.ThrowsAsync<PeerException>(() => AskAsync(peer, question));
        Assert.Equal("http_request_failed", failure.Error.Error);
        Assert.Contains("too deep", failure.Error.Reason, StringComparison.Ordinal);
    }

    /// <summary>Less depth takes as long where more is in it.</summary>
    [Fact]
    public async Task A_long_answer_may_be_less_deep()
    {
        const int Depth = 4000;
        var numbers = new string('[', Depth) + string.Join(',', Enumerable.Repeat("1", 200_000)) + new string(']', Depth);
        await using var peer = Peer(new Script((_, _) => Script.Json($$"""{"update_seq":{{numbers}}}""")), retries: 0);
        var failure = await Assert.ThrowsAsync<PeerException>(() => AskAsync(peer, "info"));
        Assert.Contains("too deep", failure.Error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"uuid\":\"", "x", HttpStatusCode.OK)]
    [InlineData("{\"error\":\"", "x", HttpStatusCode.InternalServerError)]
    public async Task What_a_server_says_of_itself_is_small(string begin, string unit, HttpStatusCode status)
    {
        var script = new Script((_, _) => Answer(begin, unit, status, 4 << 20));
        await using var peer = Peer(script);
        await Assert.ThrowsAsync<PeerException>(() => peer.ReadServerAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_design_document_without_end_is_no_filter()
    {
        var script = new Script((_, _) => Answer("{\"filters\":{\"f\":\"", "x", HttpStatusCode.OK, 40 << 20));
        await using var peer = Peer(script, retries: 0);
        await Assert.ThrowsAsync<PeerException>(() => peer.ReadFilterCodeAsync("d/f", CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_is_read_of_the_answer_that_gives_a_cookie()
    {
        var script = new Script((request, _) =>
        {
            if (request.RequestUri!.AbsolutePath != "/_session")
            {
                return Script.Json("""{"update_seq":"0","instance_start_time":"1"}""");
            }

            var begun = Answer("{", "x", HttpStatusCode.OK, 0);
            begun.Headers.TryAddWithoutValidation("Set-Cookie", "AuthSession=session-number-1; Path=/");
            return begun;
        });
        await using var peer = script.Peer("http://me:secret@host/db");
        Assert.Equal("1", (await peer.ReadInfoAsync(CancellationToken.None)).InstanceStartTime);
    }

    [Fact]
    public async Task No_more_changes_are_taken_than_were_asked_for()
    {
        const string Row = "{\"seq\":\"7-x\",\"id\":\"a\",\"changes\":[{\"rev\":\"1-" + Hash + "\"}]},";
        var script = new Script((_, _) => Answer("{\"results\":[", Row, HttpStatusCode.OK, 4 << 20));
        await using var peer = Peer(script);
        var changes = await peer.ReadChangesAsync("0", 100, wait: false, new ChangesSelection(), CancellationToken.None);
        Assert.Equal((100, "\"7-x\"", false), (changes.Rows.Count, changes.LastSequence, changes.IsEnd));
        Assert.Null(changes.Pending);
    }

    [Fact]
    public async Task Long_rows_of_changes_are_taken_a_few_at_a_time()
    {
        var leaves = string.Join(',', Enumerable.Repeat("{\"rev\":\"1-" + Hash + "\"}", 20_000));
        var script = new Script((_, _) => Answer("{\"results\":[", "{\"seq\":1,\"id\":\"a\",\"changes\":[" + leaves + "]},", HttpStatusCode.OK, 16 << 20));
        await using var peer = Peer(script);
        var changes = await peer.ReadChangesAsync("0", 1000, wait: false, new ChangesSelection(), CancellationToken.None);
        Assert.InRange(changes.Rows.Count, 2, 20);
        Assert.False(changes.IsEnd);
    }

    [Theory]
    [InlineData("{\"results\":[{\"seq\":1,\"id\":\"a\",\"changes\":[", "{},")]
    [InlineData("{\"results\":[{\"seq\":1,\"id\":\"", "a")]
    [InlineData("{\"results\":[],\"last_seq\":\"", "1")]
    [InlineData("{\"x\":\"", "1")]
    public async Task A_row_without_end_fails(string begin, string unit)
    {
        var script = new Script((_, _) => Answer(begin, unit, HttpStatusCode.OK, 8 << 20));
        await using var peer = Peer(script);
        await Assert.ThrowsAsync<PeerException>(() =>
            peer.ReadChangesAsync("0", 100, wait: false, new ChangesSelection(), CancellationToken.None));
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_believed_to_be_missing()
    {
        const string Missing = "{\"missing\":[\"1-" + Hash + "\",\"2-b\"],\"possible_ancestors\":[\"1-c\"]}";
        var script = new Script((_, _) => Script.Json($$"""{"a":{{Missing}},"b":{{Missing}}}"""));
        await using var peer = Peer(script);
        var missing = Assert.Single(await peer.FindMissingAsync([new PeerChange("1", "a", [First])], CancellationToken.None));
        Assert.Equal(("a", First, Revision("1-c")), (missing.Id, Assert.Single(missing.Revisions), Assert.Single(missing.PossibleAncestors)));
    }

    [Theory]
    [InlineData("{\"b\":{}", ",\"b\":{}")]
    [InlineData("{\"a\":{\"missing\":[\"1-a\"", ",\"1-a\"")]
    public async Task An_answer_without_end_about_what_is_missing_fails(string begin, string unit)
    {
        var script = new Script((_, _) => Answer(begin, unit, HttpStatusCode.OK, 8 << 20));
        await using var peer = Peer(script);
        await Assert.ThrowsAsync<PeerException>(() => peer.FindMissingAsync([new PeerChange("1", "a", [First])], CancellationToken.None));
    }

    /// <summary>It is counted as refused, and does not hold up the others.</summary>
    [Fact]
    public async Task A_document_that_is_too_long_is_passed_over()
    {
        var second = Revision("1-" + new string('2', 32));
        var text = new string('x', Longest);
        var large = Document("a", First, text);
        var small = Document("a", second, "small");
        var script = new Script((request, _) => Script.Json(
            request.Method == HttpMethod.Post ? $$"""{"results":[{"id":"a","docs":[{"ok":{{large}}}]},{"id":"b","docs":[{"ok":{{Document("b", First, "b")}}}]}]}"""
            : request.RequestUri!.Query.Contains(First.ToString(), StringComparison.Ordinal) && request.RequestUri.Query.Contains(second.ToString(), StringComparison.Ordinal)
                ? $$"""[{"ok":{{large}}},{"ok":{{small}}}]"""
                : $$"""[{"ok":{{large}}}]"""));
        await using var peer = Peer(script);
        var fetched = await FetchAsync(peer, new MissingRevisions("a", [First, second], []), new MissingRevisions("b", [First], []));
        Assert.Equal(["b", "a", "a"], fetched.Select(static revision => revision.Id));
        Assert.Equal((second, null), (fetched[1].Path[0], fetched[1].Fault));
        Assert.Equal((First, 413), (fetched[2].Path[0], fetched[2].Fault?.Status));
    }

    [Theory]
    [InlineData("{\"results\":[{\"id\":\"a\",\"docs\":[{\"ok\":{\"x\":\"", "x")]
    [InlineData("{\"results\":[", "{\"id\":\"b\",\"docs\":[]},")]
    [InlineData("{\"results\":[", "{},")]
    [InlineData("{\"results\":[", " ")]
    public async Task Documents_without_end_fail(string begin, string unit)
    {
        var script = new Script((_, _) => Answer(begin, unit, HttpStatusCode.OK, 200 << 20));
        await using var peer = Peer(script, retries: 0);
        await Assert.ThrowsAsync<PeerException>(() => FetchAsync(peer, new MissingRevisions("a", [First], [])));
    }

    /// <summary>Review, attack 4: what is made of a text may be many times as long, as where it has little else than attachments.</summary>
    [Fact]
    public async Task A_document_of_which_more_is_made_than_there_is_memory_is_passed_over()
    {
        var stubs = string.Join(',', Enumerable.Range(0, 15_000).Select(static i => $$"""
            "{{i}}":{"stub":true,"revpos":1,"digest":"md5-a","length":1}
            """));
        var document = Document("a", First, "x").Replace("\"text\"", "\"_attachments\":{" + stubs + "},\"text\"", StringComparison.Ordinal);
        Assert.InRange(document.Length, Longest / 2, Longest);
        var script = new Script((request, _) => Script.Json(
            request.Method == HttpMethod.Post
                ? $$"""{"results":[{"id":"a","docs":[{"ok":{{document}}}]},{"id":"b","docs":[{"ok":{{Document("b", First, "b")}}}]}]}"""
                : $$"""[{"ok":{{document}}}]"""));
        var memory = Memory(16 << 20);
        await using var peer = Peer(script, retries: 0, memory);

        var fetched = await FetchAsync(peer, new MissingRevisions("a", [First], []), new MissingRevisions("b", [First], []));

        Assert.Equal([("b", null), ("a", 413)], fetched.Select(static revision => (revision.Id, revision.Fault?.Status)));
        Assert.Equal(0, memory.Taken);
    }

    [Fact]
    public async Task What_comes_of_one_URL_is_taken_from_the_memory_that_all_share()
    {
        var second = Revision("1-" + new string('2', 32));
        var text = new string('x', Longest / 2);
        var script = new Script((request, _) => request.Method == HttpMethod.Post
            ? Script.Json("{}", HttpStatusCode.NotFound)
            : Script.Json($$"""[{"ok":{{Document("a", First, text)}}},{"ok":{{Document("a", second, text)}}}]"""));
        var memory = Memory(16 << 20);
        await using var peer = Peer(script, retries: 0, memory);
        await using (var reading = peer.FetchAsync([new MissingRevisions("a", [First, second], [])], TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            Assert.True(await reading.MoveNextAsync());
            Assert.True(memory.Taken >= 2 * text.Length);
        }

        Assert.Equal(0, memory.Taken);
    }

    [Fact]
    public async Task What_an_answer_holds_is_taken_from_the_memory_that_all_share()
    {
        var memory = Memory(16 << 20);
        var text = $$"""{"results":[{"id":"a","docs":[{"ok":{{Document("a", First, new string('x', Longest / 2))}}}]}]}""";
        var script = new Script((_, _) => Script.Json(text));
        await using var peer = Peer(script, retries: 0, memory);
        await using (var reading = peer.FetchAsync([new MissingRevisions("a", [First], [])], TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            Assert.True(await reading.MoveNextAsync());
            Assert.True(memory.Taken > Longest / 2);
        }

        Assert.Equal(0, memory.Taken);
        using var rest = new MemoryShare(memory);
        await rest.ReserveAsync(rest.Largest, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<PeerException>(() => FetchAsync(peer, new MissingRevisions("a", [First], [])));
        Assert.Equal((429, true), (failure.Error.Status, failure.IsTransient));

        // It is not for want of patience with requests, and the run is of this peer.
        Assert.Contains("http://host/db", failure.Error.Reason, StringComparison.Ordinal);
        Assert.Contains("request_memory", failure.Error.Reason, StringComparison.Ordinal);
    }

    private static Task AskAsync(Peer peer, string question) => question switch
    {
        "info" => peer.ReadInfoAsync(CancellationToken.None),
        "server" => peer.ReadServerAsync(CancellationToken.None),
        "local" => peer.ReadLocalAsync("checkpoint", CancellationToken.None),
        "written" => peer.WriteLocalAsync("checkpoint", null, "{}"u8.ToArray(), CancellationToken.None),
        "commit" => peer.EnsureFullCommitAsync(CancellationToken.None),
        "changes" => peer.ReadChangesAsync("0", 100, wait: false, new ChangesSelection(), CancellationToken.None),
        "missing" => peer.FindMissingAsync([new PeerChange("1", "a", [First])], CancellationToken.None),
        "fetch" => FetchAsync(peer, new MissingRevisions("a", [First], [])),
        "write" => peer.WriteAsync([new FetchedRevision("a", [First], false, "{}"u8.ToArray(), [])], CancellationToken.None),
        "filter" => peer.ReadFilterCodeAsync("d/f", CancellationToken.None),
        _ => throw new ArgumentOutOfRangeException(nameof(question)),
    };

    private static SharedMemory Memory(long capacity) => new(
        capacity, 0, TimeSpan.FromMinutes(1), new DocumentError(429, "busy", "Later."), new DocumentError(413, "large", "Never."), TimeProvider.System);

    private static string Document(string id, RevisionId revision, string text) =>
        $$$"""{"_id":"{{{id}}}","_rev":"{{{revision}}}","_revisions":{"start":1,"ids":["{{{revision.ToString()[2..]}}}"]},"text":"{{{text}}}"}""";

    private static RevisionId Revision(string text) =>
        RevisionId.TryParse(Encoding.UTF8.GetBytes(text), out var revision) ? revision : throw new ArgumentException(text);

    private static async Task<List<FetchedRevision>> FetchAsync(Peer peer, params MissingRevisions[] missing)
    {
        var revisions = new List<FetchedRevision>();
        await foreach (var revision in peer.FetchAsync(missing, CancellationToken.None))
        {
            revisions.Add(revision);
        }

        return revisions;
    }

    private static RemotePeer Peer(Script script, int retries = 1, SharedMemory? memory = null) => new(
        RemoteAddress.Parse("http://host/db", []),
        new RemoteOptions { Retries = retries, FirstDelay = TimeSpan.Zero, MaxDelay = TimeSpan.FromSeconds(5), MaxElementBytes = Longest, Memory = memory },
        script,
        TimeProvider.System,
        static () => 0.5);

    private static HttpResponseMessage Answer(string begin, string unit, HttpStatusCode status, long longest) => new(status)
    {
        Content = new StreamContent(new EndlessStream(Encoding.UTF8.GetBytes(begin), Encoding.UTF8.GetBytes(unit), longest)),
    };
}
