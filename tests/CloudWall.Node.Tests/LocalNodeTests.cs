using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Node.Identifiers;
using CloudWall.Storage.Memory;

namespace CloudWall.Node.Tests;

public sealed class LocalNodeTests
{
    private const int Many = 100;

    private static readonly (string, string, string)[] Quick = [("chttpd_auth", "iterations", "10"), ("log", "level", "warning")];

    [Fact]
    public async Task Serves_its_databases_without_HTTP_and_ends_in_order()
    {
        using var store = new MemoryStore();
        string id;
        await using (var node = await OpenAsync(store, Randomness.OfSystem))
        {
            node.Start();
            Assert.Equal(["_replicator", "_users"], node.Databases.Names);
            await PutAsync(await node.Databases.CreateAsync("db", new DatabaseOptions(), Cancellation), "doc", """{"a":1}""");
            await node.DisposeAsync();
            Assert.True(node.HasEndedInOrder);
            Assert.True(node.Stopping.IsCancellationRequested);
            id = node.Identity.Id;
        }

        await using var again = await OpenAsync(store, Randomness.OfSystem);
        Assert.NotEqual(id, again.Identity.Id);
        Assert.Equal(1, again.Databases.Find("db")!.DocumentCount);
    }

    [Fact]
    public async Task Ids_follow_from_the_random_numbers_that_a_node_is_given()
    {
        Assert.Equal(await IdsAsync(7), await IdsAsync(7));
        Assert.NotEqual(await IdsAsync(7), await IdsAsync(8));

        static async Task<string> IdsAsync(int seed)
        {
            using var store = new MemoryStore();
            await using var node = await OpenAsync(store, Randomness.Seeded(seed));
            var database = await node.Databases.CreateAsync("db", new DatabaseOptions(), Cancellation);
            return string.Join(' ', node.Identity.Id, node.Identity.Boot, node.Uuids.Next(), database.Incarnation);
        }
    }

    [Fact]
    public async Task A_process_may_hold_a_hundred_nodes()
    {
        var stores = Enumerable.Range(0, Many).Select(static _ => new MemoryStore()).ToList();
        var nodes = new List<LocalNode>();
        foreach (var store in stores)
        {
            var node = await OpenAsync(store, Randomness.Seeded(nodes.Count));
            nodes.Add(node);
            node.Start();
            var database = await node.Databases.CreateAsync("db", new DatabaseOptions(), Cancellation);
            await PutAsync(database, "doc", $$"""{"node":{{nodes.Count}}}""");
        }

        Assert.Equal(Many, nodes.Select(static node => node.Identity.Id).Distinct().Count());
        Assert.All(nodes, static node => Assert.Equal(1, node.Databases.Find("db")!.DocumentCount));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
            Assert.True(node.HasEndedInOrder);
        }

        stores.ForEach(static store => store.Dispose());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<LocalNode> OpenAsync(MemoryStore store, Randomness randomness) => LocalNode.OpenAsync(
        new NodeOptions { Store = store, Settings = Quick, Admin = ("admin", "pass"), Randomness = randomness }, Cancellation);

    private static async Task PutAsync(Database database, string id, string json)
    {
        var document = DocumentParser.Parse(Encoding.UTF8.GetBytes(json), new DocumentLimits());
        var outcomes = await database.WriteAsync([new DocumentWrite(id, document, [])], WriteMode.Interactive, Cancellation);
        Assert.Null(Assert.Single(outcomes).Error);
    }
}
