using CloudWall.Node;
using CloudWall.Server;
using CloudWall.Storage.Memory;

namespace CloudWall.Load.Tests;

public class RunCommandTests
{
    /// <summary>All works but those that need PouchDB to be installed or take long.</summary>
    private static readonly string[] Works =
    [
        "bulk insert", "bulk update", "PUT, 1", "PUT, 32", "GET, 1", "GET, 32", "_all_docs", "_changes", "continuous feed", "_bulk_get",
        "_revs_diff", "up, 64 KiB", "down, 64 KiB",
    ];

    [Fact]
    public async Task Every_work_runs_on_two_servers_and_leaves_nothing_behind()
    {
        using var firstStore = new MemoryStore();
        using var secondStore = new MemoryStore();
        await using var first = await StartAsync(firstStore);
        await using var second = await StartAsync(secondStore);
        var output = new StringWriter();

        await new RunCommand([Url(first), Url(second)], Works, 0.01, markdown: false, output).RunAsync();

        var lines = output.ToString().Split('\n');
        Assert.All(Works, work => Assert.Contains(lines, line => line.Contains(work, StringComparison.Ordinal) && line.Contains('×')));
        string[] fresh = ["_replicator", "_users"];
        Assert.Equal(fresh, first.Node.Databases.Names);
        Assert.Equal(fresh, second.Node.Databases.Names);
    }

    [Fact]
    public async Task A_server_that_refuses_is_not_measured()
    {
        using var store = new MemoryStore();
        await using var node = await StartAsync(store);
        var url = $"http://load:wrong@127.0.0.1:{node.Address.Port}";

        await Assert.ThrowsAsync<InvalidDataException>(() => new RunCommand([url], ["GET, 1"], 0.01, markdown: false, TextWriter.Null).RunAsync());
    }

    private static string Url(NodeServer node) => $"http://load:secret@127.0.0.1:{node.Address.Port}";

    private static Task<NodeServer> StartAsync(MemoryStore store) => NodeServer.StartAsync(new NodeOptions
    {
        Store = store,
        Admin = ("load", "secret"),
        Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10")],
    });
}
