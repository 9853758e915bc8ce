using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;
using CsCheck;

namespace CloudWall.Mesh.Tests.Roster;

/// <summary>The roster is a function of the set of statements: in which order, and by way of whom they came does not matter.</summary>
public sealed class RosterOrderTests
{
    private const int Steps = 40;
    private const int Orders = 6;

    [Fact]
    public void Whoever_has_met_the_same_statements_has_the_same_roster() =>
        Gen.Int.Sample(static seed => Check(seed), iter: 40, threads: 1);

    private static void Check(int seed)
    {
        var random = new Random(seed);
        using var mesh = new TestMesh(6);
        mesh.Add(mesh.Owner, mesh.Nodes[0]);
        mesh.Add(mesh.Owner, mesh.Nodes[1]);
        StatementSet[] views = [mesh.View, mesh.Copy(), mesh.Copy()];
        for (var i = 0; i < Steps; i++)
        {
            var view = views[random.Next(views.Length)];
            if (random.Next(4) == 0)
            {
                TestMesh.Offer(view, views[random.Next(views.Length)].Statements);
                continue;
            }

            // A key may speak in views that do not know of each other, as twins and thieves do.
            var key = random.Next(4) == 0 ? mesh.Owner : mesh.Nodes[random.Next(mesh.Nodes.Count)];
            if (key == mesh.Owner || view.Roster.Signers.Contains(key.Public.Id))
            {
                new RosterPen(view, key).Say(Body(random, mesh, view, key));
            }
        }

        List<Statement> all = [.. views.SelectMany(static view => view.Statements).DistinctBy(static statement => statement.Hash)];
        var expected = mesh.Merge(all).Roster.ToString();
        for (var i = 0; i < Orders; i++)
        {
            Statement[] order = [.. all];
            random.Shuffle(order);
            Assert.Equal(expected, mesh.Merge(order).Roster.ToString());
        }

        TestMesh.Offer(views[0], views[1].Statements.Concat(views[2].Statements));
        TestMesh.Offer(views[2], views[1].Statements.Concat(views[0].Statements));
        Assert.Equal(views[0].Roster.ToString(), mesh.Merge(views[2].Statements).Roster.ToString());
    }

    private static StatementBody Body(Random random, TestMesh mesh, StatementSet view, NodeKey key)
    {
        var other = mesh.Nodes[random.Next(mesh.Nodes.Count)];
        if (key != mesh.Owner)
        {
            return random.Next(5) switch
            {
                0 => new DescribeBody("label " + random.Next(3), ["10.0.0." + random.Next(5)]),
                1 when random.Next(3) == 0 => new LeaveBody(),
                _ => new AddBody(other.Public),
            };
        }

        var said = view.Statements.Where(statement => statement.Signer == other.Public.Id).ToList();
        return random.Next(6) switch
        {
            0 => new PolicyBody(random.Next(2) == 0),
            1 => new AdministratorBody("user " + random.Next(2), random.Next(2) == 0),
            2 => new RemoveBody(other.Public.Id, said.Count == 0 ? null : said[random.Next(said.Count)].Hash),
            _ => new AddBody(other.Public),
        };
    }
}
