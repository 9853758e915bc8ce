using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Model;
using CloudWall.Node;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests.Model;

/// <summary>A node through HTTP, held against the model; a restart loses all that was not synced.</summary>
internal sealed class HttpTarget : IModelTarget
{
    private static readonly NodeOptions Options = new()
    {
        Settings = [("chttpd", "bind_address", "127.0.0.1"), ("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10")],
        Admin = ("admin", "pass"),
    };

    private MemoryStore _store = new();
    private NodeServer? _node;
    private HttpClient? _client;

    private HttpClient Client => _client!;

    public static async Task<HttpTarget> CreateAsync()
    {
        var target = new HttpTarget();
        await target.StartAsync();
        using var answer = await target.Client.PutAsync("", null);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return target;
    }

    public bool CutsHistories => true;

    public async Task<Rev?> EditAsync(string id, Rev? parent, bool deleted, ModelBody body, IReadOnlyCollection<string> stubs)
    {
        var document = ToJson(body, deleted, stubs);
        if (parent is { } known)
        {
            document["_rev"] = known.ToString();
        }

        using var answer = await Client.PutAsync(Escape(id), JsonContent.Create(document));
        if (answer.StatusCode == HttpStatusCode.Conflict)
        {
            return null;
        }

        return Rev.Parse((string)(await ReadAsync(answer))["rev"]!);
    }

    public async Task MergeAsync(string id, IReadOnlyList<Rev> path, bool deleted, ModelBody body)
    {
        var document = ToJson(body, deleted, []);
        document["_id"] = id;
        document["_revisions"] = new JsonObject
        {
            ["start"] = path[0].Generation,
            ["ids"] = new JsonArray([.. path.Select(revision => (JsonNode)revision.Hash)]),
        };
        var request = new JsonObject { ["new_edits"] = false, ["docs"] = new JsonArray(document) };
        using var answer = await Client.PostAsync("_bulk_docs", JsonContent.Create(request));
        Assert.Empty((await ReadAsync(answer)).AsArray());
    }

    public async Task<IReadOnlyList<Rev>> PurgeAsync(string id, IReadOnlyList<Rev> revisions)
    {
        var request = new JsonObject { [id] = new JsonArray([.. revisions.Select(revision => (JsonNode)revision.ToString())]) };
        using var answer = await Client.PostAsync("_purge", JsonContent.Create(request));
        return Revs((await ReadAsync(answer))["purged"]![id]);
    }

    public async Task CompactAsync()
    {
        using var answer = await Client.PostAsync("_compact", new StringContent("{}", Encoding.UTF8, "application/json"));
        await ReadAsync(answer);
        while ((bool)(await GetAsync(""))["compact_running"]!)
        {
            await Task.Yield();
        }
    }

    public async Task SetRevsLimitAsync(int limit)
    {
        using var answer = await Client.PutAsync("_revs_limit", new StringContent(limit.ToString(CultureInfo.InvariantCulture)));
        await ReadAsync(answer);
    }

    public async Task RestartAsync()
    {
        using (var answer = await Client.PostAsync("_ensure_full_commit", new StringContent("{}", Encoding.UTF8, "application/json")))
        {
            await ReadAsync(answer);
        }

        var before = _store;
        _store = before.LoseUnsynced();
        await StopAsync();
        before.Dispose();
        await StartAsync();
    }

    public async Task<IReadOnlyList<ObservedLeaf>> ReadLeavesAsync(string id)
    {
        using var answer = await GetAcceptingJsonAsync(Escape(id) + "?open_revs=all&revs=true");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        // CouchDB does not say which leaf wins in this answer: the changes feed does, and is compared as well.
        var leaves = new List<ObservedLeaf>();
        foreach (var row in (await ReadAsync(answer)).AsArray())
        {
            var document = row!["ok"]!;
            var revisions = document["_revisions"]!;
            var generation = (long)revisions["start"]!;
            var path = new List<Rev>();
            foreach (var hash in revisions["ids"]!.AsArray())
            {
                path.Add(new Rev(generation--, (string)hash!));
            }

            leaves.Add(new ObservedLeaf(Rev.Parse((string)document["_rev"]!), (bool?)document["_deleted"] ?? false, path));
        }

        leaves.Sort((a, b) => a.Deleted != b.Deleted ? a.Deleted.CompareTo(b.Deleted) : b.Revision.CompareTo(a.Revision));
        return leaves;
    }

    public async Task<ModelBody?> ReadAsync(string id, Rev revision)
    {
        using var answer = await GetAcceptingJsonAsync($"{Escape(id)}?rev={revision}&attachments=true");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        var document = await ReadAsync(answer);
        var attachments = new Dictionary<string, string>();
        foreach (var (name, attachment) in document["_attachments"]?.AsObject() ?? [])
        {
            attachments.Add(name, Encoding.UTF8.GetString(Convert.FromBase64String((string)attachment!["data"]!)));
        }

        return new ModelBody((int)document["value"]!, attachments);
    }

    public async Task<IReadOnlyList<ObservedChange>> ReadChangesAsync()
    {
        var changes = new List<ObservedChange>();
        foreach (var row in (await GetAsync("_changes?style=all_docs"))["results"]!.AsArray())
        {
            var sequence = (string)row!["seq"]!;
            changes.Add(new ObservedChange(
                long.Parse(sequence.AsSpan(0, sequence.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture),
                (string)row["id"]!,
                (bool?)row["deleted"] ?? false,
                [.. row["changes"]!.AsArray().Select(leaf => Rev.Parse((string)leaf!["rev"]!))]));
        }

        return changes;
    }

    public async Task<IReadOnlyList<(string Id, Rev Winner)>> ReadAllAsync() =>
        [.. (await GetAsync("_all_docs"))["rows"]!.AsArray().Select(row => ((string)row!["id"]!, Rev.Parse((string)row["value"]!["rev"]!)))];

    public async Task<(long Documents, long Deleted)> CountAsync()
    {
        var info = await GetAsync("");
        return ((long)info["doc_count"]!, (long)info["doc_del_count"]!);
    }

    public Task<int?> CountContentsAsync() => Task.FromResult<int?>(null);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _store.Dispose();
    }

    private static string Escape(string id) => Uri.EscapeDataString(id);

    private static IReadOnlyList<Rev> Revs(JsonNode? array) => [.. array!.AsArray().Select(revision => Rev.Parse((string)revision!))];

    private static JsonObject ToJson(ModelBody body, bool deleted, IReadOnlyCollection<string> stubs)
    {
        var document = new JsonObject { ["value"] = body.Value };
        if (deleted)
        {
            document["_deleted"] = true;
        }

        if (body.Attachments.Count > 0)
        {
            var attachments = new JsonObject();
            foreach (var (name, content) in body.Attachments)
            {
                attachments[name] = stubs.Contains(name)
                    ? new JsonObject { ["stub"] = true }
                    : new JsonObject
                    {
                        ["content_type"] = "application/octet-stream",
                        ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(content)),
                    };
            }

            document["_attachments"] = attachments;
        }

        return document;
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new ModelMismatchException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {answer.StatusCode} {text}");
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await GetAcceptingJsonAsync(path);
        return await ReadAsync(answer);
    }

    private async Task<HttpResponseMessage> GetAcceptingJsonAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return await Client.SendAsync(request);
    }

    private async Task StartAsync()
    {
        _node = await NodeServer.StartAsync(Options with { Store = _store });
        _client = new HttpClient { BaseAddress = new Uri(_node.Address, "db/") };
        _client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:pass"u8));
    }

    private async Task StopAsync()
    {
        _client?.Dispose();
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }
}
