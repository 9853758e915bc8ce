using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

/// <summary>What a one-shot replication says that cannot do all of its work.</summary>
public sealed class FailureTests
{
    private static readonly (string Section, string Key, string Value)[] Hasty =
        [("replicator", "connection_timeout", "500"), ("replicator", "retries_per_request", "1")];

    [Fact]
    public async Task A_document_that_the_target_refuses_is_counted_and_the_others_arrive()
    {
        await using var source = await InProcessNode.StartAsync();
        await using var target = await InProcessNode.StartAsync([.. Hasty, ("couchdb", "max_document_size", "1000")]);
        foreach (var (id, length) in ((string, int)[])[("a", 10), ("large", 5000), ("z", 10)])
        {
            Assert.Equal(201, (await source.PutAsync($"/db/{id}", $$"""{"text":"{{new string('x', length)}}"}""")).Status);
        }

        foreach (var (driver, from, to) in ((InProcessNode, string, string)[])
            [(target, Url(source), "db"), (source, "db", Url(target))])
        {
            var answer = await driver.PostAsync("/_replicate", $$"""{"source":"{{from}}","target":"{{to}}"}""");
            Assert.Equal(200, answer.Status);
            var run = JsonNode.Parse(answer.Bytes)!;
            Assert.Equal(1, (int)run["history"]![0]!["doc_write_failures"]!);
        }

        Assert.Equal(200, (await target.GetAsync("/db/a")).Status);
        Assert.Equal(200, (await target.GetAsync("/db/z")).Status);
        Assert.Equal(404, (await target.GetAsync("/db/large")).Status);
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_named()
    {
        await using var source = await InProcessNode.StartAsync();
        await using var target = await InProcessNode.StartAsync(Hasty);

        var answer = await target.PostAsync("/_replicate", $$"""{"source":"{{Url(source)}}x","target":"db"}""");

        Assert.Equal(500, answer.Status);
        var json = JsonNode.Parse(answer.Bytes)!;
        Assert.Equal("db_not_found", (string)json["error"]!);
        Assert.Equal($"could not open {source.Address}dbx/", (string)json["reason"]!);
    }

    [Fact]
    public async Task A_wrong_password_is_named_as_such_and_not_shown()
    {
        await using var source = await InProcessNode.StartAsync();
        await using var target = await InProcessNode.StartAsync(Hasty);

        var answer = await target.PostAsync("/_replicate", $$"""{"source":"{{Url(source).Replace("secret", "guessed", StringComparison.Ordinal)}}","target":"db"}""");

        Assert.Equal(401, answer.Status);
        Assert.Equal("unauthorized", (string)JsonNode.Parse(answer.Bytes)!["error"]!);
        Assert.DoesNotContain("guessed", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_given_up()
    {
        // It takes connections, and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var target = await InProcessNode.StartAsync(Hasty);

        var answer = await target.PostAsync("/_replicate", $$"""{"source":"http://{{silent.LocalEndpoint}}/db","target":"db"}""");

        Assert.InRange(answer.Status, 500, 504);
        Assert.Contains("silent", (string)JsonNode.Parse(answer.Bytes)!["reason"]!, StringComparison.Ordinal);
    }

    private static string Url(InProcessNode node) => $"http://admin:secret@{node.Address.Authority}/db";
}
