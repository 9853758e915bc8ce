using System.Net.Http.Headers;
using CloudWall.Node;
using CloudWall.Node.Disk;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests.Durability;

/// <summary>CouchDB's <c>[disk_monitor]</c>: what is refused above its thresholds.</summary>
public sealed class DiskMonitorTests : IAsyncDisposable
{
    private readonly MemoryStore _store = new();
    private int _used = 10;
    private NodeServer? _node;
    private HttpClient? _client;

    [Fact]
    public async Task Edits_are_refused_above_the_threshold_and_replicated_revisions_and_deletions_of_databases_are_not()
    {
        await StartAsync(("disk_monitor", "enable", "true"));
        Assert.Equal((201, ""), await SendAsync("PUT", "db"));
        Assert.Equal((201, ""), await SendAsync("PUT", "db/a", "{}"));

        // CouchDB's threshold is what may be used.
        _used = 90;
        Assert.Equal((201, ""), await SendAsync("PUT", "db/b", "{}"));
        _used = 91;
        const string Full = """{"error":"insufficient_storage","reason":"database_dir is too full"}""";
        Assert.Equal((507, Full), await SendAsync("PUT", "db/c", "{}"));
        Assert.Equal((507, Full), await SendAsync("PUT", "db/_local/c", "{}"));
        Assert.Equal(
            (201, """[{"id":"c","error":"insufficient_storage","reason":"database_dir is too full"}]"""),
            await SendAsync("POST", "db/_bulk_docs", """{"docs":[{"_id":"c"}]}""", quiet: false));
        Assert.Equal((201, ""), await SendAsync("POST", "db/_bulk_docs", """{"new_edits":false,"docs":[{"_id":"c","_rev":"1-c"}]}"""));
        Assert.Equal((200, ""), await SendAsync("GET", "db/c"));
        Assert.Equal((201, ""), await SendAsync("PUT", "other"));
        Assert.Equal((200, ""), await SendAsync("DELETE", "db"));
    }

    [Fact]
    public async Task Views_that_are_not_up_to_date_are_refused_above_the_threshold()
    {
        await StartAsync(("disk_monitor", "enable", "true"), ("disk_monitor", "interactive_view_indexing_threshold", "50"));
        await SendAsync("PUT", "db");
        await SendAsync("PUT", "db/_design/d", """{"views":{"v":{"map":"function (doc) { emit(doc._id, 1); }","reduce":"_count"}}}""");
        Assert.Equal((200, ""), await SendAsync("GET", "db/_design/d/_view/v"));
        _used = 51;

        // It is up to date still.
        Assert.Equal((200, ""), await SendAsync("GET", "db/_design/d/_view/v"));
        Assert.Equal((201, ""), await SendAsync("PUT", "db/a", "{}"));
        const string Full = """{"error":"insufficient_storage","reason":"not enough room to update index"}""";
        Assert.Equal((507, Full), await SendAsync("GET", "db/_design/d/_view/v"));
        Assert.Equal((507, Full), await SendAsync("GET", "db/_design/d/_view/v?reduce=false"));
        Assert.Equal((200, ""), await SendAsync("GET", "db/_design/d/_view/v?update=false"));
        Assert.Equal((200, ""), await SendAsync("GET", "db/_design/d/_view/v?stale=ok"));
        _used = 50;
        Assert.Equal((200, """{"rows":[{"key":null,"value":1}]}"""), await SendAsync("GET", "db/_design/d/_view/v", quiet: false));
    }

    [Fact]
    public async Task Nothing_is_refused_where_it_is_not_enabled()
    {
        _used = 100;
        await StartAsync();
        Assert.Equal((201, ""), await SendAsync("PUT", "db"));
        Assert.Equal((201, ""), await SendAsync("PUT", "db/a", "{}"));
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await (_node?.DisposeAsync() ?? ValueTask.CompletedTask);
        _store.Dispose();
    }

    private async Task StartAsync(params (string, string, string)[] settings)
    {
        _node = await NodeServer.StartAsync(new NodeOptions
        {
            Store = _store,
            Admin = ("admin", "pass"),
            MeasureDisk = () => new DiskSpace(1000, 1000 - (10 * _used), 1000 - (10 * _used)),
            Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10"), .. settings],
        });
        _client = new HttpClient { BaseAddress = _node.Address };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:pass"u8));
    }

    /// <returns>The status and, of failures, the answer; of any unless told to be quiet.</returns>
    private async Task<(int Status, string Answer)> SendAsync(string method, string path, string? body = null, bool quiet = true)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : InProcessNode.Json(body);
        using var answer = await _client!.SendAsync(request);
        var text = (await answer.Content.ReadAsStringAsync()).ReplaceLineEndings(string.Empty);
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode && quiet ? string.Empty : text);
    }
}
