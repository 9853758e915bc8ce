using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>
/// Review, attack 7: a document that is nested deeper than functions can take has no rows, does not pass validation, and costs nobody else
/// anything, whichever way it comes in.
/// </summary>
public sealed class DeepDocumentTests
{
    /// <summary>So deep that to write it as JSON takes the engine longer than a function may.</summary>
    private const int Depth = 60_000;

    private const string Views = """{"views":{"v":{"map":"function(doc) { emit(doc._id, doc); }"}}}""";
    private const string Rule = """{"validate_doc_update":"function(doc) { JSON.stringify(doc); if (doc.bad) { throw {forbidden: 'bad'}; } }"}""";

    private static string Deep => $$"""{"n":1,"deep":{{new string('[', Depth)}}{{new string(']', Depth)}}}""";

    [Theory]
    [InlineData("put")]
    [InlineData("bulk")]
    [InlineData("replicated bulk")]
    [InlineData("replication")]
    public async Task A_deep_document_has_no_rows_and_the_others_have_theirs(string way)
    {
        var node = await InProcessNode.StartAsync(("log", "level", "notice"));
        await using (node)
        {
            Assert.Equal(201, (await node.PutAsync("/db/_design/v", Views)).Status);
            await StoreAsync(node, way);
            Assert.Equal(201, (await node.PutAsync("/db/last", """{"n":3}""")).Status);

            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(["first", "last"], await IdsAsync(node, "/db/_design/v/_view/v"));
            }

            var deep = await node.GetAsync("/db/deep");
            Assert.Equal(200, deep.Status);
            Assert.Contains(new string('[', Depth), deep.Text, StringComparison.Ordinal);
        }

        Assert.Single(node.Log.ToString().Split('\n'), static line => line.Contains("with doc._id deep, which has no rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_validation_that_cannot_read_a_document_refuses_it_alone()
    {
        await using var node = await InProcessNode.StartAsync();
        Assert.Equal(201, (await node.PutAsync("/db/_design/rule", Rule)).Status);

        var put = await node.PutAsync("/db/deep", Deep);
        Assert.InRange(put.Status, 400, 599);
        Assert.NotNull(JsonNode.Parse(put.Text)!["error"]);
        var bulk = await node.PostAsync("/db/_bulk_docs", $$"""{"docs":[{"_id":"first"},{"_id":"deep",{{Deep[1..]}},{"_id":"last"},{"_id":"bad","bad":1}]}""");
        Assert.Equal(201, bulk.Status);
        var rows = JsonNode.Parse(bulk.Text)!.AsArray();
        Assert.Equal(["", (string?)JsonNode.Parse(put.Text)!["error"], "", "forbidden"], rows.Select(static row => (string?)row!["error"] ?? ""));

        // Replication goes on past it, too.
        Assert.Equal(201, (await node.PutAsync("/source", "")).Status);
        Assert.Equal(201, (await node.PutAsync("/source/deep", Deep)).Status);
        Assert.Equal(201, (await node.PutAsync("/source/other", "{}")).Status);
        var replicated = await node.PostAsync("/_replicate", """{"source":"source","target":"db"}""");
        Assert.Equal(200, replicated.Status);
        var history = JsonNode.Parse(replicated.Text)!["history"]![0]!;
        Assert.Equal((1, 1), ((int)history["docs_written"]!, (int)history["doc_write_failures"]!));
        Assert.Equal(404, (await node.GetAsync("/db/deep")).Status);
        foreach (var id in (string[])["first", "last", "other"])
        {
            Assert.Equal(200, (await node.GetAsync("/db/" + id)).Status);
        }
    }

    private static async Task<IEnumerable<string?>> IdsAsync(InProcessNode node, string view)
    {
        var answer = await node.GetAsync(view);
        Assert.True(answer.Status == 200, answer.Text);
        return JsonNode.Parse(answer.Text)!["rows"]!.AsArray().Select(static row => (string?)row!["id"]);
    }

    private static async Task StoreAsync(InProcessNode node, string way)
    {
        switch (way)
        {
            case "put":
                Assert.Equal(201, (await node.PutAsync("/db/first", """{"n":1}""")).Status);
                Assert.Equal(201, (await node.PutAsync("/db/deep", Deep)).Status);
                break;
            case "bulk":
                Assert.DoesNotContain("error", (await node.PostAsync("/db/_bulk_docs", $$"""{"docs":[{"_id":"first"},{"_id":"deep",{{Deep[1..]}}]}""")).Text, StringComparison.Ordinal);
                break;
            case "replicated bulk":
                Assert.Equal(
                    "[]",
                    (await node.PostAsync(
                        "/db/_bulk_docs", $$"""{"new_edits":false,"docs":[{"_id":"first","_rev":"1-a"},{"_id":"deep","_rev":"1-a",{{Deep[1..]}}]}""")).Text.Trim());
                break;
            default:
                Assert.Equal(201, (await node.PutAsync("/source", "")).Status);
                Assert.Equal(201, (await node.PutAsync("/source/first", """{"n":1}""")).Status);
                Assert.Equal(201, (await node.PutAsync("/source/deep", Deep)).Status);
                Assert.Equal(200, (await node.PostAsync("/_replicate", """{"source":"source","target":"db"}""")).Status);
                break;
        }
    }
}
