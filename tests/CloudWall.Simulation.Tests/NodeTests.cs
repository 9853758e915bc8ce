using System.Net;
using System.Text;
using CloudWall.Access;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;
using CloudWall.Simulation.Net;
using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Tests;

/// <summary>What a node does beside replications stays on the one thread, too.</summary>
public sealed class NodeTests
{
    [Fact]
    public void Passwords_are_hashed_and_verified_on_the_one_thread()
    {
        var world = new World(1);
        using var node = new SimulatedNode(world, new Network(world), "node", static _ => null);
        var name = world.Run(
            async () =>
            {
                await node.StartAsync();
                return await node.AskAsync(async running =>
                {
                    var users = running.Node.Databases.Find("_users")!;
                    const string json = """{"name":"ann","type":"user","roles":[],"password":"secret"}""";
                    var document = DocumentParser.Parse(Encoding.UTF8.GetBytes(json), users.Limits);
                    var writer = UserContext.Node.Writer("_users", WriteWays.Client);
                    var outcome = Assert.Single(await users.WriteAsync(
                        [new DocumentWrite("org.couchdb.user:ann", document, [])], WriteMode.Interactive, CancellationToken.None, writer));
                    Assert.Null(outcome.Error);
                    var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:secret"));
                    var principal = await running.Node.Authentication.AuthenticateAsync(
                        new Credentials(basic, string.Empty, IPAddress.Loopback, IsGreeting: false), CancellationToken.None);
                    return principal.Name;
                });
            },
            TimeSpan.FromMinutes(5));
        Assert.Equal("ann", name);
    }

    [Fact]
    public void Functions_of_design_documents_run_while_their_caller_waits_and_replicate_with_the_data()
    {
        const string design =
            """{"validate_doc_update":"function (doc) { if (doc.bad) { throw({ forbidden: 'bad' }); } }"}""";
        var ring = new Ring(seed: 3, count: 2);
        var (good, bad) = ring.World.Run(
            async () =>
            {
                await ring.StartAsync();
                await ring.WriteAsync(ring.Nodes[0], "_design/rules", design);
                await ring.ConvergeAsync(TimeSpan.FromMinutes(5));
                return (
                    await ring.Nodes[1].PutAsync(Ring.Database, "good", "{}"),
                    await ring.Nodes[1].PutAsync(Ring.Database, "bad", """{"bad":true}"""));
            },
            TimeSpan.FromHours(1));
        Assert.NotNull(good);
        Assert.Null(bad);
    }
}
