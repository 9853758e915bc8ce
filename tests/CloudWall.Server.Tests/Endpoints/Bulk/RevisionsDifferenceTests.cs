using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Endpoints.Bulk;

/// <summary>
/// Review, F18: one revision whose generation is beyond all that can be stored here does not spoil what is asked beside it.
/// </summary>
public sealed class RevisionsDifferenceTests
{
    private const string Stored = "1-967a00dff5e02add41819138abb3284d";

    [Theory]
    [InlineData("9223372036854775808-abc")]
    [InlineData("18446744073709551616-967a00dff5e02add41819138abb3284d")]
    [InlineData("99999999999999999999999-x")]
    public async Task A_generation_without_end_is_missing_and_descends_from_all_leaves(string revision)
    {
        await using var node = await StartAsync();
        var asked = $$"""{"a":["{{revision}}","{{Stored}}"],"b":["1-x","{{revision}}"]}""";

        var difference = await AskAsync(node, "/db/_revs_diff", asked, 200);
        Same($$$"""{"a":{"missing":["{{{revision}}}"],"possible_ancestors":["{{{Stored}}}"]},"b":{"missing":["1-x","{{{revision}}}"]}}""", difference);
        var missing = await AskAsync(node, "/db/_missing_revs", asked, 200);
        Same($$$"""{"missing_revs":{"a":["{{{revision}}}"],"b":["1-x","{{{revision}}}"]}}""", missing);
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775808-abc")]
    [InlineData("9223372036854775808x-abc")]
    [InlineData("9223372036854775808-zz7a00dff5e02add41819138abb3284d")]
    public async Task What_is_no_revision_is_refused(string revision)
    {
        await using var node = await StartAsync();
        await AskAsync(node, "/db/_revs_diff", $$"""{"a":["{{revision}}"]}""", 400);
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/a", "{}")).Status);
        return node;
    }

    private static async Task<string> AskAsync(TestNode node, string path, string body, int status)
    {
        var answer = await node.SendAsync("POST", path, body, "admin:pass", "Content-Type: application/json");
        Assert.Equal(status, answer.Status);
        return Encoding.UTF8.GetString(answer.Body);
    }

    private static void Same(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);
}
