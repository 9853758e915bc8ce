using System.Text.Json.Nodes;
using CsCheck;

namespace CloudWall.Server.Tests.Endpoints.Bulk;

public sealed class BulkTests
{
    [Theory]
    [InlineData("/db/_bulk_docs", "[]", "Request body must be a JSON object")]
    [InlineData("/db/_bulk_docs", "{}", "POST body must include `docs` parameter.")]
    [InlineData("/db/_bulk_docs", """{"docs":{}}""", "`docs` parameter must be an array.")]
    [InlineData("/db/_bulk_docs", """{"docs":[{"_id":"ok"},5]}""", "Document must be a JSON object")]
    [InlineData("/db/_bulk_docs", """{"docs":[{"_id":"ok"}""", "invalid UTF-8 JSON")]
    [InlineData("/db/_bulk_docs", """{"docs":[{"_id":"ok"}]} x""", "invalid UTF-8 JSON")]
    [InlineData("/db/_bulk_docs", """{"docs":[{"_id":"ok"}],"new_edits":1}""", "`new_edits` parameter must be a boolean.")]
    [InlineData("/db/_bulk_docs", """{"docs":[{"_id":"ok","_rev":"1-a"},{"_id":"no"}],"new_edits":false}""", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified")]
    [InlineData("/db/_bulk_docs", """{"docs":[{"_id":"ok"},{"_id":"f","_attachments":{"f":{"follows":true}}}]}""", "The content of attachment f does not follow")]
    [InlineData("/db/_bulk_get", "{}", "Missing JSON list of 'docs'.")]
    [InlineData("/db/_bulk_get", "5", "Request body must be a JSON object")]
    [InlineData("/db/_bulk_get?open_revs=all", """{"docs":[]}""", "\\\"open_revs\\\" query parameter is not acceptable")]
    [InlineData("/db/_revs_diff", """{"a":5}""", "Invalid list of revisions")]
    [InlineData("/db/_revs_diff", """{"a":["x"]}""", "Invalid rev format")]
    [InlineData("/db/_missing_revs", "[", "invalid UTF-8 JSON")]
    public async Task What_cannot_be_read_is_refused_and_changes_nothing(string path, string json, string reason)
    {
        await using var node = await InProcessNode.StartAsync();
        var answer = await node.PostAsync(path, json);
        Assert.Equal(400, answer.Status);
        Assert.Equal($"{{\"error\":\"bad_request\",\"reason\":\"{reason}\"}}\n", answer.Text);
        Assert.Equal(0, node.Database.UpdateSequence);
    }

    [Fact]
    public async Task Names_may_be_escaped_and_the_last_of_several_counts()
    {
        await using var node = await InProcessNode.StartAsync();
        var answer = await node.PostAsync("/db/_bulk_docs", """{"docs":[{"_id":"first"}],"other":{"docs":[{"_id":"inner"}]},"d\u006fcs":[{"_id":"last"}]}""");
        Assert.Equal(201, answer.Status);
        Assert.StartsWith("[{\"ok\":true,\"id\":\"last\",\"rev\":\"1-", answer.Text, StringComparison.Ordinal);
        Assert.Equal(1, node.Database.UpdateSequence);
    }

    /// <summary>What is stored cannot be taken back, so each document is told whether it was.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_bulk_that_fails_half_way_tells_what_is_stored(bool newEdits)
    {
        await using var node = await InProcessNode.StartAsync(("cloudwall", "request_memory", "4000000"));
        var commits = 0;
        node.Store.FailCommits = isSynced => isSynced && ++commits > 1;
        var text = new string('t', 300_000);
        var names = Enumerable.Range(0, 12).Select(i => i == 11 && newEdits ? "" : $$"""
            "_id":"{{(i == 7 ? "_local/" : "")}}doc{{i:D2}}",{{(newEdits ? "" : "\"_rev\":\"1-ä\",")}}
            """);
        var docs = string.Join(',', names.Select(name => $$"""{{{name}}"text":"{{text}}"}"""));

        var answer = await node.PostAsync("/db/_bulk_docs", $$"""{"new_edits":{{(newEdits ? "true" : "false")}},"docs":[{{docs}}]}""");

        node.Store.FailCommits = null;
        Assert.Equal(201, answer.Status);
        var rows = JsonNode.Parse(answer.Text)!.AsArray().Select(static row => row!.AsObject()).ToList();
        var stored = (int)node.Database.DocumentCount;
        Assert.InRange(stored, 1, 6);
        var failed = rows.Where(static row => row.ContainsKey("error")).ToList();
        Assert.Equal(12 - stored, failed.Count);
        Assert.All(failed, static row => Assert.Equal("io_error", (string?)row["error"]));
        Assert.Equal(newEdits ? [null] : ["1-ä"], failed.Select(static row => (string?)row["rev"]).Distinct());
        if (newEdits)
        {
            // The last was given its id here.
            Assert.Equal(
                Enumerable.Range(0, 11).Select(static i => $"{(i == 7 ? "_local/" : "")}doc{i:D2}"), rows.Take(11).Select(static row => (string?)row["id"]));
            Assert.All(rows.Take(stored), static row => Assert.True((bool)row["ok"]!));
        }

        // What was told to have failed can be sent again.
        var again = string.Join(',', failed.Select(row => $$"""{"_id":"{{row["id"]}}","n":1}"""));
        var repeated = JsonNode.Parse((await node.PostAsync("/db/_bulk_docs", $$"""{"docs":[{{again}}]}""")).Text)!.AsArray();
        Assert.All(repeated, static row => Assert.True((bool)row!["ok"]!));
    }

    [Fact]
    public async Task Each_document_has_its_own_outcome_in_the_order_sent()
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/b", "{}");
        var answer = await node.PostAsync(
            "/db/_bulk_docs",
            """{"docs":[{"_id":"z"},{"_id":"b"},{"_id":"_local/l","_rev":"1-x"},{"_id":"_local/m"},{"_id":"_design/d","views":1},{"_id":"a"}]}""");
        Assert.Equal(201, answer.Status);
        Assert.Equal(
            """
            [{"ok":true,"id":"z","rev":"1-967a00dff5e02add41819138abb3284d"},
            {"id":"b","error":"conflict","reason":"Document update conflict."},
            {"id":"_local/l","error":"bad_request","reason":"Invalid rev format"},
            {"ok":true,"id":"_local/m","rev":"0-1"},
            {"id":"_design/d","error":"invalid_design_doc","reason":"`views` field must have object type"},
            {"ok":true,"id":"a","rev":"1-967a00dff5e02add41819138abb3284d"}]
            """.ReplaceLineEndings(string.Empty),
            answer.Text.TrimEnd());
    }

    [Fact]
    public async Task What_was_written_in_bulk_is_read_in_bulk() => await Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 3]).Array[0, 40].SampleAsync(
        async items =>
        {
            await using var node = await InProcessNode.StartAsync();
            var docs = string.Join(',', items.Select(static item => $"{{\"_id\":\"{item.Item1}\",\"_rev\":\"1-{item.Item2}\",\"n\":{item.Item2}}}"));
            var written = await node.PostAsync("/db/_bulk_docs", $"{{\"new_edits\":false,\"docs\":[{docs}]}}");
            Assert.Equal("[]\n", written.Text);

            var asked = string.Join(',', items.Select(static item => $"{{\"id\":\"{item.Item1}\",\"rev\":\"1-{item.Item2}\"}}"));
            var read = await node.PostAsync("/db/_bulk_get?revs=true", $"{{\"docs\":[{asked}]}}");
            var expected = string.Join(',', items.Select(static item =>
                $"{{\"id\":\"{item.Item1}\",\"docs\":[{{\"ok\":{{\"_id\":\"{item.Item1}\",\"_rev\":\"1-{item.Item2}\",\"n\":{item.Item2},"
                + $"\"_revisions\":{{\"start\":1,\"ids\":[\"{item.Item2}\"]}}}}}}]}}"));
            Assert.Equal($"{{\"results\":[{expected}]}}\n", read.Text);

            var diff = string.Join(',', items.Select(static item => item.Item1).Distinct().Select(static id => $"\"{id}\":[\"1-0\",\"1-1\",\"1-2\",\"1-3\",\"2-x\"]"));
            var answer = await node.PostAsync("/db/_missing_revs", $"{{{diff}}}");
            foreach (var (id, revision) in items)
            {
                Assert.DoesNotContain($"\"{id}\":[\"1-{revision}\"", answer.Text, StringComparison.Ordinal);
            }
        },
        iter: 20,
        threads: 1);

    [Fact]
    public async Task Compacted_revisions_are_missing()
    {
        await using var node = await InProcessNode.StartAsync();
        var first = (await node.PutAsync("/db/a", "{}")).Header("ETag")!.Trim('"');
        await node.PutAsync("/db/a?rev=" + first, "{\"n\":2}");
        await node.Database.CompactAsync(TestContext.Current.CancellationToken);
        var read = await node.PostAsync("/db/_bulk_get", $"{{\"docs\":[{{\"id\":\"a\",\"rev\":\"{first}\"}}]}}");
        Assert.Contains($"\"rev\":\"{first}\",\"reason\":\"missing\",\"id\":\"a\",\"error\":\"not_found\"", read.Text, StringComparison.Ordinal);
        Assert.Equal($"[{{\"missing\":\"{first}\"}}]\n", (await node.GetAsync($"/db/a?open_revs=[\"{first}\"]", "Accept: application/json")).Text);
        Assert.Equal("{}\n", (await node.PostAsync("/db/_revs_diff", $"{{\"a\":[\"{first}\"]}}")).Text);
    }
}
