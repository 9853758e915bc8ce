namespace CloudWall.Server.Tests.Endpoints.Purge;

public class PurgeTests
{
    [Fact]
    public async Task Leaves_are_forgotten_and_remembered_as_purged()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.MergeAsync(database, "a", """{"_rev":"2-b","_revisions":{"start":2,"ids":["b","r"]}}""");
        await NodeUnderTest.MergeAsync(database, "a", """{"_rev":"2-c","_revisions":{"start":2,"ids":["c","r"]}}""");

        Assert.Equal(
            (201, """{"purge_seq":null,"purged":{"z":[],"a":["2-c"]}}""" + "\n"),
            await node.PostAsync("/db/_purge", """{"z":["1-x"],"a":["2-c","1-r"]}"""));
        Assert.Equal("2-b", database.Find("a")!.Winner.Revision.ToString());
        Assert.Equal(
            """{"purged_infos":[{"id":"a","revs":["2-c","1-r"]},{"id":"z","revs":["1-x"]}]}""" + "\n",
            (await node.GetAsync("/db/_purged_infos")).Body);
        await node.PostAsync("/db/_purge", """{"z":["1-x","1-x"]}""");
        Assert.Equal(
            """{"purged_infos":[{"id":"a","revs":["2-c","1-r"]},{"id":"z","revs":["1-x"]}]}""" + "\n",
            (await node.GetAsync("/db/_purged_infos")).Body);
    }

    [Fact]
    public async Task A_purge_moves_the_update_sequence_unless_it_names_nothing()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, ("a", "{}"));

        await node.PostAsync("/db/_purge", "{}");
        Assert.Equal(1, database.UpdateSequence);
        await node.PostAsync("/db/_purge", """{"none":["1-x"],"nothing":["1-y"]}""");
        Assert.Equal(2, database.UpdateSequence);
    }

    [Theory]
    [InlineData("[]", "Request body must be a JSON object")]
    [InlineData("{\"a\":5}", "Invalid list of revisions")]
    [InlineData("{\"a\":[5]}", "Invalid rev format")]
    [InlineData("{\"a\":[\"x\"]}", "Invalid rev format")]
    [InlineData("{\"a\":[", "invalid UTF-8 JSON")]
    public async Task What_is_no_list_of_revisions_is_refused(string body, string reason)
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("db");

        Assert.Equal((400, $$"""{"error":"bad_request","reason":"{{reason}}"}""" + "\n"), await node.PostAsync("/db/_purge", body));
    }

    [Theory]
    [InlineData(100, 1, 201)]
    [InlineData(101, 1, 400)]
    [InlineData(1, 1000, 201)]
    [InlineData(1, 1001, 400)]
    public async Task A_purge_has_limits(int documents, int revisions, int status)
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("db");
        var list = string.Join(',', Enumerable.Range(0, revisions).Select(static i => $"\"1-{i}\""));
        var body = "{" + string.Join(',', Enumerable.Range(0, documents).Select(i => $"\"d{i}\":[{list}]")) + "}";

        Assert.Equal(status, (await node.PostAsync("/db/_purge", body)).Status);
    }
}
