using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

public sealed class RecreatedDocumentTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_made_anew_keeps_its_own_attachment_where_the_earlier_one_is_known(bool push)
    {
        await using var a = await InProcessNode.StartAsync();
        await using var b = await InProcessNode.StartAsync();
        var created = await a.PutAsync("/db/doc", Body("Zmlyc3Q="));
        await ReplicateAsync();
        Assert.Equal("first", (await b.GetAsync("/db/doc/a")).Text);

        // Deleted and made anew before the other side hears of either.
        Assert.Equal(200, (await a.SendAsync("DELETE", "/db/doc?rev=" + (string?)JsonNode.Parse(created.Bytes)!["rev"])).Status);
        Assert.Equal(201, (await a.PutAsync("/db/doc", Body("c2Vjb25k"))).Status);
        await ReplicateAsync();
        Assert.Equal("second", (await b.GetAsync("/db/doc/a")).Text);
        Assert.Equal((await a.GetAsync("/db/doc?attachments=true&revs=true", "Accept: application/json")).Text, (await b.GetAsync("/db/doc?attachments=true&revs=true", "Accept: application/json")).Text);

        static string Body(string data) => $"{{\"_attachments\":{{\"a\":{{\"content_type\":\"text/plain\",\"data\":\"{data}\"}}}}}}";

        async Task ReplicateAsync()
        {
            var far = $"http://admin:secret@{(push ? b : a).Address.Authority}/db";
            var answer = await (push ? a : b).PostAsync("/_replicate", push ? $$"""{"source":"db","target":"{{far}}"}""" : $$"""{"source":"{{far}}","target":"db"}""");
            Assert.Equal(200, answer.Status);
        }
    }
}
