using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Tests.Roster;

public sealed class BoundsTests : IDisposable
{
    private readonly TestMesh _mesh = new(3);

    [Fact]
    public void Forged_statements_are_verified_once_and_never_kept()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var kept = _mesh.View.Statements.Count();
        var before = _mesh.View.Verifications;
        for (var i = 0; i < 200; i++)
        {
            var body = new DescribeBody($"forged {i}", []);
            var said = Statement.Sign(_mesh.Nodes[1], new StatementFields(_mesh.Id, _mesh.Nodes[1].Public, 1, [], [], body));
            Assert.Equal(OfferOutcome.Stranger, _mesh.View.Offer(said));

            // In the name of a member.
            var payload = StatementCodec.Write(said.Fields with { Signer = _mesh.Nodes[0].Public });
            Assert.Equal(OfferOutcome.Forged, _mesh.View.Offer(Statement.TryRead(payload, said.Signature.Span)!));
        }

        Assert.Equal(200, _mesh.View.Verifications - before);
        Assert.Equal(kept, _mesh.View.Statements.Count());
    }

    [Fact]
    public void Of_many_statements_with_one_number_those_with_the_lowest_hashes_stay_in_any_order()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var many = Enumerable.Range(0, 4 * RosterLimits.MaxSiblings).Select(Sibling).ToList();
        var one = _mesh.Merge(_mesh.View.Statements, many);
        var other = _mesh.Merge(_mesh.View.Statements, Enumerable.Reverse(many));
        Assert.Equal(one.Statements.Select(static statement => statement.Hash), other.Statements.Select(static statement => statement.Hash));
        Assert.Equal(RosterLimits.MaxSiblings, one.Statements.Count(statement => statement.Signer == _mesh.Nodes[0].Public.Id));
    }

    [Fact]
    public void The_statement_that_a_removal_names_stays_whatever_else_was_signed()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var beginning = _mesh.Copy();
        var last = _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        _mesh.Say(_mesh.Owner, new RemoveBody(_mesh.Nodes[0].Public.Id, last.Hash));
        TestMesh.Offer(_mesh.View, Enumerable.Range(0, 4 * RosterLimits.MaxSiblings).Select(Sibling));
        Assert.True(_mesh.IsMember(_mesh.Nodes[1]));

        // Where it comes after the others, too.
        TestMesh.Offer(beginning, Enumerable.Range(0, 4 * RosterLimits.MaxSiblings).Select(Sibling));
        TestMesh.Offer(beginning, _mesh.View.Statements.Where(statement => statement.Signer == _mesh.Id));
        TestMesh.Offer(beginning, [last]);
        Assert.Equal(_mesh.Roster.Members.Keys, beginning.Roster.Members.Keys);
    }

    [Fact]
    public void No_more_members_than_the_limit()
    {
        for (var i = 0; i < RosterLimits.MaxMembers + 5; i++)
        {
            using var key = NodeKey.Create();
            _mesh.Add(_mesh.Owner, key);
        }

        Assert.Equal(RosterLimits.MaxMembers, _mesh.Roster.Members.Count);
    }

    public void Dispose() => _mesh.Dispose();

    private Statement Sibling(int i) => Statement.Sign(
        _mesh.Nodes[0],
        new StatementFields(_mesh.Id, _mesh.Nodes[0].Public, 1, [], [], new DescribeBody($"sibling {i}", [])));
}
