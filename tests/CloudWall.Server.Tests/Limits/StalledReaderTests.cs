using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Server.Tests.Limits;

/// <summary>Who takes nothing of what is sent to them is cut off, and holds up nobody meanwhile.</summary>
public sealed class StalledReaderTests
{
    private const int Documents = 4000;

    [Theory]
    [InlineData("/db/_all_docs?include_docs=true")]
    [InlineData("/db/_changes?include_docs=true")]
    [InlineData("/db/_changes?include_docs=true&feed=continuous&heartbeat=10000")]
    [InlineData("/db/_changes?include_docs=true&descending=true")]
    public async Task A_reader_that_takes_nothing_is_cut_off(string path)
    {
        var time = new FakeTimeProvider();
        await using var node = await TestNode.StartAsync(time, ("cloudwall", "stall_timeout", "60000"));
        await FillAsync(await node.Node.Databases.CreateAsync("db", new DatabaseOptions(), CancellationToken.None));
        using var reader = await SlowRequest.BeginAsync(node.Server, "GET " + path);
        await reader.ReadToAsync("\r\n\r\n");
        Assert.Equal(1, node.Server.Connections.Open);

        // More than the system's buffers hold is on its way, so that nothing can go on but the clock.
        await SlowRequest.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return node.Server.Connections.Open == 0;
        });
        await reader.ReadToEndAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/another", "{}")).Status);
        Assert.Equal(Documents + 1, node.Node.Databases.Find("db")!.DocumentCount);
    }

    [Fact]
    public async Task A_reader_that_pauses_is_sent_all_of_it()
    {
        var time = new FakeTimeProvider();
        await using var node = await TestNode.StartAsync(time, ("cloudwall", "stall_timeout", "60000"));
        await FillAsync(await node.Node.Databases.CreateAsync("db", new DatabaseOptions(), CancellationToken.None));
        using var reader = await SlowRequest.BeginAsync(node.Server, "GET /db/_all_docs?include_docs=true");
        var text = new StringBuilder(await reader.ReadToAsync("\"id\":\"doc00005\""));
        for (var i = 1000; i < Documents; i += 1000)
        {
            // Long enough for the walk to be let go of, and not for the reader.
            for (var second = 0; second < 20; second++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            text.Append(await reader.ReadToAsync($"\"_id\":\"doc{i:D5}\""));
        }

        text.Append(await reader.ReadToAsync("\r\n0\r\n\r\n"));
        var all = text.ToString();
        Assert.All(Enumerable.Range(0, Documents), i => Assert.Contains($"\"id\":\"doc{i:D5}\",", all, StringComparison.Ordinal));
    }

    private static async Task FillAsync(Database database)
    {
        var body = new string('x', 4000);
        var writes = Enumerable.Range(0, Documents)
            .Select(i => new DocumentWrite(
                $"doc{i:D5}", DocumentParser.Parse(Encoding.UTF8.GetBytes($$"""{"text":"{{body}}"}"""), DocumentLimits.Default), []))
            .ToList();
        await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None);
    }
}
