using System.Text.Json.Nodes;
using CloudWall.Server.Endpoints.Bulk;

namespace CloudWall.Server.Tests.Endpoints.Bulk;

/// <summary>Review, attack 15 and F12: requests about many leaves of one document.</summary>
public sealed class ManyLeavesTests
{
    private const int Leaves = 300;

    [Fact]
    public async Task All_ways_to_ask_for_leaves_agree()
    {
        await using var node = await StartAsync();
        var all = Enumerable.Range(0, Leaves).Select(Leaf).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(all, Revisions(await node.GetAsync("/db/d?open_revs=all", "Accept: application/json"), "ok"));

        // The ancestor that all have, each of them, and one that is not there: each leaf once.
        var asked = string.Join(',', all.Append("1-a").Append("1-a").Append("7-none").Select(static revision => $"\"{revision}\""));
        var latest = await node.GetAsync($"/db/d?latest=true&open_revs=[{asked}]", "Accept: application/json");
        Assert.Equal(all, Revisions(latest, "ok"));
        Assert.Equal("7-none", (string?)JsonNode.Parse(latest.Text)!.AsArray()[^1]!["missing"]);

        // However often one is named, it is there.
        var thrice = string.Join(',', Enumerable.Repeat($"\"{all[0]}\"", 3));
        var repeated = await node.GetAsync($"/db/d?latest=true&open_revs=[{thrice}]", "Accept: application/json");
        Assert.Equal(all[0], (string?)Assert.Single(JsonNode.Parse(repeated.Text)!.AsArray())!["ok"]!["_rev"]);

        // Bodies of ancestors are not there, though the revisions are known.
        var ancestors = await node.GetAsync("/db/d?open_revs=[\"1-a\",\"1-a\"]", "Accept: application/json");
        Assert.Equal("1-a", (string?)Assert.Single(JsonNode.Parse(ancestors.Text)!.AsArray())!["missing"]);

        var items = string.Join(',', all.Select(static revision => $$"""{"id":"d","rev":"{{revision}}"}"""));
        var bulk = JsonNode.Parse((await node.PostAsync("/db/_bulk_get", $$"""{"docs":[{{items}}]}""")).Text)!["results"]!.AsArray();
        Assert.Equal(all, bulk.Select(static row => (string?)row!["docs"]![0]!["ok"]!["_rev"]));
        var changes = JsonNode.Parse((await node.GetAsync("/db/_changes?style=all_docs")).Text)!["results"]![0]!["changes"]!.AsArray();
        Assert.Equal(all, changes.Select(static row => (string?)row!["rev"]).Order(StringComparer.Ordinal));
        Assert.Equal(Leaves - 1, JsonNode.Parse((await node.GetAsync("/db/d?conflicts=true")).Text)!["_conflicts"]!.AsArray().Count);
        var known = string.Join(',', all.Select(static revision => $"\"{revision}\""));
        Assert.Equal("{}\n", (await node.PostAsync("/db/_revs_diff", $$"""{"d":[{{known}}]}""")).Text);
    }

    [Fact]
    public async Task A_record_is_read_again_only_after_a_write()
    {
        await using var node = await StartAsync();
        var records = new LatestRecord(node.Database);
        var first = records.Find("d");
        Assert.NotNull(first);
        Assert.Same(first, records.Find("d"));
        Assert.Null(records.Find("none"));
        var again = records.Find("d");
        Assert.NotSame(first, again);
        await node.PutAsync("/db/other", "{}");
        Assert.NotSame(again, records.Find("d"));
    }

    private static string Leaf(int i) => $"2-{unchecked((uint)i * 0x9E3779B9):x8}";

    private static string?[] Revisions(InProcessNode.Answer answer, string member) =>
        [.. JsonNode.Parse(answer.Text)!.AsArray().Where(row => row![member] is not null).Select(row => (string?)row![member]!["_rev"])];

    private static async Task<InProcessNode> StartAsync()
    {
        var node = await InProcessNode.StartAsync();
        var documents = Enumerable.Range(0, Leaves)
            .Select(static i => $$"""{"_id":"d","_revisions":{"start":2,"ids":["{{Leaf(i)[2..]}}","a"]},"v":{{i}}}""");
        var all = string.Join(',', documents);
        Assert.Equal(201, (await node.PostAsync("/db/_bulk_docs", $$"""{"new_edits":false,"docs":[{{all}}]}""")).Status);
        return node;
    }
}
