
namespace CloudWall.Server.Tests.Endpoints.Documents;

/// <summary><c>_revs_limit</c>, and what is shown of a document's history.</summary>
public sealed class RevisionsLimitTests
{
    private const string Revisions = "\"_revisions\":{\"start\":6,\"ids\":";

    /// <summary>Review, F10: in every answer that has it, <c>_revisions</c> is cut to the limit that is set, and to no other.</summary>
    [Fact]
    public async Task Histories_are_cut_when_they_are_read()
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PostAsync(
            "/db/_bulk_docs", """{"new_edits":false,"docs":[{"_id":"d","_revisions":{"start":6,"ids":["f","e","d","c","b","a"]}}]}""");
        foreach (var (limit, ids) in new[] { (3, "[\"f\",\"e\",\"d\"]"), (1, "[\"f\"]"), (1000, "[\"f\",\"e\",\"d\",\"c\",\"b\",\"a\"]") })
        {
            Assert.Equal(200, (await node.PutAsync("/db/_revs_limit", $"{limit}")).Status);
            var answers = new List<InProcessNode.Answer>
            {
                await node.GetAsync("/db/d?open_revs=all&revs=true", "Accept: multipart/mixed"),
                await node.PostAsync("/db/_bulk_get?revs=true", """{"docs":[{"id":"d"}]}"""),
            };
            foreach (var query in new[] { "revs=true", "revs=true&rev=6-f", "open_revs=all&revs=true", "open_revs=[\"6-f\"]&revs=true" })
            {
                answers.Add(await node.GetAsync("/db/d?" + query, "Accept: application/json"));
            }

            Assert.All(answers, answer => Assert.Contains(Revisions + ids, answer.Text, StringComparison.Ordinal));

            // What the document still has is another question.
            Assert.Contains("{\"rev\":\"1-a\",", (await node.GetAsync("/db/d?revs_info=true")).Text, StringComparison.Ordinal);
            Assert.Equal("{}\n", (await node.PostAsync("/db/_revs_diff", """{"d":["1-a","6-f"]}""")).Text);
        }
    }

    /// <summary>Review, F18: CouchDB takes any whole number above 0. What is larger than can be kept here stands for no limit.</summary>
    [Theory]
    [InlineData("_revs_limit", "99999999999", "99999999999")]
    [InlineData("_revs_limit", "99999999999999999999999", "9223372036854775807")]
    [InlineData("_purged_infos_limit", "99999999999", "99999999999")]
    [InlineData("_purged_infos_limit", "99999999999999999999999", "9223372036854775807")]
    public async Task Limits_may_be_large(string name, string limit, string kept)
    {
        await using var node = await InProcessNode.StartAsync();
        Assert.Equal(200, (await node.PutAsync("/db/" + name, limit)).Status);
        Assert.Equal(kept + "\n", (await node.GetAsync("/db/" + name)).Text);
        var written = await node.PutAsync("/db/d", "{}");
        Assert.Equal(201, written.Status);
        Assert.Equal(201, (await node.PostAsync("/db/_purge", """{"d":["1-967a00dff5e02add41819138abb3284d"]}""")).Status);
        Assert.Equal(404, (await node.GetAsync("/db/d")).Status);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"5\"")]
    public async Task Other_limits_are_refused(string limit)
    {
        await using var node = await InProcessNode.StartAsync();
        Assert.Equal(400, (await node.PutAsync("/db/_revs_limit", limit)).Status);
        Assert.Equal(1000, node.Database.RevsLimit);
    }
}
