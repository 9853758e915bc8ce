using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Endpoints;

namespace CloudWall.Server.Tests.Stores;

/// <summary>The data of earlier versions opens, and goes on as if nothing had happened.</summary>
public sealed class EarlierStoreTests
{
    public static TheoryData<string> Versions => EarlierStore.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_an_earlier_version_answered_is_answered_still(string version)
    {
        await using var store = await EarlierStore.OpenAsync(version);
        foreach (var (database, expected) in store.Seen["databases"]!.AsObject())
        {
            var info = await store.GetAsync(database);
            foreach (var member in (string[])["doc_count", "doc_del_count", "update_seq", "purge_seq"])
            {
                Equal(expected![member], info[member], $"{database} {member}");
            }

            // It was in microseconds.
            var created = long.Parse((string)expected!["instance_start_time"]!, CultureInfo.InvariantCulture) / 1_000_000;
            Assert.Equal(created, long.Parse((string)info["instance_start_time"]!, CultureInfo.InvariantCulture));

            Equal(expected!["partitioned"], (bool?)info["props"]!["partitioned"] ?? false, $"{database} partitioned");
            Equal(expected["security"], await store.GetAsync($"{database}/_security"), $"{database} _security");
            Equal(expected["revs_limit"], await store.GetAsync($"{database}/_revs_limit"), $"{database} _revs_limit");
            Equal(expected["changes"], (await store.GetAsync($"{database}/_changes?style=all_docs"))["results"], $"{database} _changes");
            var local = (await store.GetAsync($"{database}/_local_docs?include_docs=true"))["rows"]!.AsArray();
            Equal(expected["local"], new JsonArray([.. local.Select(row => row!["doc"]!.DeepClone())]), $"{database} local documents");
            foreach (var document in expected["documents"]!.AsArray())
            {
                var path = $"{database}/{document!["_id"]}?rev={document["_rev"]}&revs=true&attachments=true";
                Equal(document, await store.GetAsync(path), path);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_databases_of_a_single_node_are_made_where_they_are_missing(string version)
    {
        await using var store = await EarlierStore.OpenAsync(version);
        foreach (var name in (string[])["_users", "_replicator"])
        {
            // One that was there has its documents still.
            var documents = store.Seen["databases"]![name]?["doc_count"] ?? 0;
            Equal(documents, (await store.GetAsync(name))["doc_count"], name);
        }
    }

    /// <summary>
    /// Indexes of JavaScript are built once more, since d812650 ran it in another engine; later versions find what the earlier have built.
    /// Either way the rows are the same, and what is built is there at the next start: nothing is brought up to date for who asks so.
    /// </summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_index_is_built_anew_at_most_once_and_gives_the_same_rows(string version)
    {
        const string AsItIs = "notes/_design/by/_view/tag?reduce=false&update=false";
        await using var store = await EarlierStore.OpenAsync(version);
        var seen = store.Seen["views"]!;
        var info = (await store.GetAsync("notes/_design/by/_info"))["view_index"]!;
        var isKept = (string?)info["signature"] == (string?)store.Seen["signature"];
        Assert.Equal(version != "d812650", isKept);
        Equal(isKept ? seen["tag"]!["rows"] : new JsonArray(), (await store.GetAsync(AsItIs))["rows"], "tag as it was found");

        Equal(seen["tag"], await store.GetAsync("notes/_design/by/_view/tag?reduce=false"), "tag");
        Equal(seen["tags"], await store.GetAsync("notes/_design/by/_view/tag?group=true"), "tags");
        Equal(seen["n"], await store.GetAsync("notes/_design/by/_view/n?group_level=1"), "n");
        await store.ReopenAsync();
        Equal(seen["tag"], await store.GetAsync(AsItIs), "tag at the next start");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Indexes_of_an_earlier_engine_are_removed_at_the_start(string version)
    {
        await using var store = await EarlierStore.OpenAsync(version);
        var incarnation = store.Node.Databases.Find("notes")!.Incarnation;
        Assert.Empty(store.Node.Indexes.Signatures(incarnation));
        await store.GetAsync("notes/_design/by/_view/tag?reduce=false");
        var signature = Assert.Single(store.Node.Indexes.Signatures(incarnation));
        Assert.NotEqual((string?)store.Seen["signature"], signature);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Update_sequences_that_were_given_out_mean_what_they_meant(string version)
    {
        await using var store = await EarlierStore.OpenAsync(version);
        var rows = store.Seen["databases"]!["notes"]!["changes"]!.AsArray();
        for (var i = 0; i < rows.Count; i++)
        {
            var after = await store.GetAsync($"notes/_changes?style=all_docs&since={rows[i]!["seq"]}");
            Equal(new JsonArray([.. rows.Skip(i + 1).Select(row => row!.DeepClone())]), after["results"], $"after {i}");
        }

        // A token of the database that had the name before is 0. Only what is no token is refused.
        var all = store.Seen["databases"]!["again"]!["changes"];
        Equal(all, (await store.GetAsync($"again/_changes?style=all_docs&since={store.Seen["tokens"]!["elsewhere"]}"))["results"], "elsewhere");
        using var refused = await store.Client.GetAsync("again/_changes?since=1-rubbish", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Replications_go_on_and_nothing_is_copied_anew(string version)
    {
        await using var store = await EarlierStore.OpenAsync(version);
        Equal(store.Seen["replication"], (await UntilRunningAsync(store))["id"], "id");

        // One that has ended begins at its checkpoint. Counts go on from what was recorded there.
        var recorded = Checkpoint(store, "once");
        var once = await store.SendAsync(HttpMethod.Post, "_replicate", """{"source":"notes","target":"once"}""");
        Equal(recorded["recorded_seq"], once["history"]![0]!["start_last_seq"], "start");
        Assert.Equal(2, (int)once["history"]![0]!["missing_checked"]! - (int)recorded["missing_checked"]!);
        Assert.Equal(2, (int)once["history"]![0]!["docs_written"]! - (int)recorded["docs_written"]!);

        // The recorded sequence stands for itself wherever a replication is told to begin with it.
        var since = await store.SendAsync(
            HttpMethod.Post, "_replicate", $$"""{"source":"notes","target":"since","create_target":true,"since_seq":{{recorded["recorded_seq"]!.ToJsonString()}}}""");
        Equal(2, since["history"]![0]!["docs_read"], "docs_read since the recorded sequence");

        // What is new is all that the one that was running looks at.
        recorded = Checkpoint(store, "copy");
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        await store.SendAsync(HttpMethod.Put, "notes/new", """{"n":1000}""");
        JsonNode job;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            job = await UntilRunningAsync(store);
        }
        while ((int)job["info"]!["docs_written"]! == (int)recorded["docs_written"]!);

        Assert.Equal(1, (int)job["info"]!["docs_written"]! - (int)recorded["docs_written"]!);
        Assert.Equal(1, (int)job["info"]!["revisions_checked"]! - (int)recorded["missing_checked"]!);
        Assert.Equal(1000, (int)(await store.GetAsync("copy/new"))["n"]!);
    }

    /// <summary>
    /// One between URLs goes on from the checkpoint that the earlier version would have written: its id was made of the users and of what
    /// the peers said of themselves, the time in microseconds among it.
    /// </summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Replications_by_URL_go_on_and_nothing_is_copied_anew(string version)
    {
        await using var store = await EarlierStore.OpenAsync(version);
        var node = (string)(await store.GetAsync(string.Empty))["uuid"]!;
        var text = string.Concat(new[] { node, Side("notes"), Side("once") }.Select(static part => $"{part.Length}:{part}"));
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
        var checkpoint = Assert.Single(store.Seen["databases"]!["once"]!["local"]!.AsArray())!.DeepClone().AsObject();
        checkpoint.Remove("_id");
        checkpoint.Remove("_rev");
        await store.SendAsync(HttpMethod.Put, $"notes/_local/{id}", checkpoint.ToJsonString());
        await store.SendAsync(HttpMethod.Put, $"once/_local/{id}", checkpoint.ToJsonString());

        var address = $"http://admin:pass@{store.Client.BaseAddress!.Authority}";
        var once = await store.SendAsync(HttpMethod.Post, "_replicate", $$"""{"source":"{{address}}/notes","target":"{{address}}/once"}""");

        var recorded = Checkpoint(store, "once");
        Equal(recorded["recorded_seq"], once["history"]![0]!["start_last_seq"], "start");
        Assert.Equal(2, (int)once["history"]![0]!["missing_checked"]! - (int)recorded["missing_checked"]!);
        Equal((await store.GetAsync($"notes/_local/{id}"))["session_id"], once["session_id"], "where it is recorded");

        string Side(string database) => $"{node} {database} {store.Seen["databases"]![database]!["instance_start_time"]} admin@";
    }

    /// <summary>The newest session that the earlier version had recorded with a target of <c>notes</c>.</summary>
    private static JsonNode Checkpoint(EarlierStore store, string target) =>
        Assert.Single(store.Seen["databases"]![target]!["local"]!.AsArray())!["history"]![0]!;

    private static async Task<JsonNode> UntilRunningAsync(EarlierStore store)
    {
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        JsonNode job;
        do
        {
            await Task.Delay(10, patience.Token);
            job = await store.GetAsync("_scheduler/docs/_replicator/on-and-on");
        }
        while ((string?)job["state"] != "running" || (int?)job["info"]?["docs_written"] is null);

        return job;
    }

    private static void Equal(JsonNode? expected, JsonNode? actual, string what) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{what} is {actual?.ToJsonString()}, and was {expected?.ToJsonString()}");
}
