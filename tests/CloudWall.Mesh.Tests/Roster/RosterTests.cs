using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Tests.Roster;

public sealed class RosterTests : IDisposable
{
    private readonly TestMesh _mesh = new(5);

    [Fact]
    public void The_owner_vouches_for_the_first_member_and_it_for_others()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        _mesh.Say(_mesh.Nodes[1], new DescribeBody("desk", ["10.0.0.2:5986", "[fe80::1]:5986"]));
        Assert.Equal(2, _mesh.Roster.Members.Count);
        var member = _mesh.Roster.Members[_mesh.Nodes[1].Public.Id];
        Assert.Equal((_mesh.Nodes[0].Public.Id, "desk"), (member.AddedBy, member.Label));
        Assert.Equal(["10.0.0.2:5986", "[fe80::1]:5986"], member.Addresses);
        Assert.Equal("box"u8, _mesh.Roster.EncryptedOwnerKey.Span);
    }

    [Fact]
    public void What_a_stranger_says_is_not_even_verified()
    {
        using var other = new TestMesh(1);
        var stranger = Statement.Sign(_mesh.Nodes[0], new StatementFields(_mesh.Id, _mesh.Nodes[0].Public, 1, [], [], new AddBody(_mesh.Nodes[1].Public)));
        var before = _mesh.View.Verifications;
        Assert.Equal(OfferOutcome.Stranger, _mesh.View.Offer(stranger));
        Assert.Equal(OfferOutcome.Foreign, _mesh.View.Offer(other.View.Statements.First()));
        Assert.Equal(before, _mesh.View.Verifications);
    }

    [Fact]
    public void Who_vouches_for_itself_with_others_is_no_member()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var view = _mesh.Copy();
        Offer(view, 1, 2);
        Offer(view, 2, 1);
        Assert.Single(view.Roster.Members);

        void Offer(StatementSet to, int by, int added) => to.Offer(Statement.Sign(
            _mesh.Nodes[by],
            new StatementFields(_mesh.Id, _mesh.Nodes[by].Public, 1, [], [], new AddBody(_mesh.Nodes[added].Public))));
    }

    [Fact]
    public void A_removal_voids_what_the_removed_key_signed_after_the_last_that_counts_and_what_rests_on_it()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var last = _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[2]);
        _mesh.Add(_mesh.Nodes[2], _mesh.Nodes[3]);
        _mesh.Say(_mesh.Owner, new RemoveBody(_mesh.Nodes[0].Public.Id, last.Hash));
        Assert.Equal([_mesh.Nodes[1].Public.Id], _mesh.Roster.Members.Keys);
        Assert.Equal([_mesh.Nodes[0].Public.Id], _mesh.Roster.Removed);
        Assert.Contains(_mesh.Nodes[2].Public.Id, _mesh.Roster.Voided);

        // The voided can be paired again; the removed cannot.
        _mesh.Add(_mesh.Nodes[1], _mesh.Nodes[2]);
        _mesh.Add(_mesh.Nodes[1], _mesh.Nodes[0]);
        Assert.True(_mesh.IsMember(_mesh.Nodes[2]) && _mesh.IsMember(_mesh.Nodes[3]) && !_mesh.IsMember(_mesh.Nodes[0]));
    }

    [Fact]
    public void A_removal_wins_over_an_add_that_had_not_seen_it()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        _mesh.Add(_mesh.Owner, _mesh.Nodes[1]);
        var apart = _mesh.Copy();
        _mesh.Say(_mesh.Owner, new RemoveBody(_mesh.Nodes[1].Public.Id, null));
        new RosterPen(apart, _mesh.Nodes[0]).Say(new AddBody(_mesh.Nodes[1].Public));
        _mesh.View = _mesh.Merge(_mesh.View.Statements, apart.Statements);
        Assert.False(_mesh.IsMember(_mesh.Nodes[1]));
    }

    [Fact]
    public void Of_two_statements_with_one_number_both_are_shown_and_neither_adds_anybody()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var twin = _mesh.Copy();
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        new RosterPen(twin, _mesh.Nodes[0]).Say(new AddBody(_mesh.Nodes[2].Public));
        _mesh.View = _mesh.Merge(twin.Statements, _mesh.View.Statements);
        var fork = Assert.Single(_mesh.Roster.Forks);
        Assert.Equal((_mesh.Nodes[0].Public.Id, 1, 2), (fork.Signer, fork.Number, fork.Statements.Count));
        Assert.False(_mesh.IsMember(_mesh.Nodes[1]) || _mesh.IsMember(_mesh.Nodes[2]));
        Assert.Equal(2, _mesh.Roster.Voided.Count);

        // Once the key has seen both, it can vouch again.
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        Assert.True(_mesh.IsMember(_mesh.Nodes[1]) && !_mesh.IsMember(_mesh.Nodes[2]));
    }

    [Fact]
    public void A_removal_cuts_off_the_fork_that_its_last_does_not_follow()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        var thief = _mesh.Copy();
        var last = _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        new RosterPen(thief, _mesh.Nodes[0]).Say(new AddBody(_mesh.Nodes[2].Public));
        _mesh.View = _mesh.Merge(thief.Statements, _mesh.View.Statements);
        Assert.False(_mesh.IsMember(_mesh.Nodes[1]));
        _mesh.Say(_mesh.Owner, new RemoveBody(_mesh.Nodes[0].Public.Id, last.Hash));
        Assert.True(_mesh.IsMember(_mesh.Nodes[1]) && !_mesh.IsMember(_mesh.Nodes[2]));
    }

    [Fact]
    public void Members_may_not_add_what_the_owner_had_not_seen_when_it_forbade_that()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        var apart = _mesh.Copy();
        _mesh.Say(_mesh.Owner, new PolicyBody(MembersMayAdd: false));
        new RosterPen(apart, _mesh.Nodes[0]).Say(new AddBody(_mesh.Nodes[2].Public));
        _mesh.View = _mesh.Merge(_mesh.View.Statements, apart.Statements);
        Assert.True(_mesh.IsMember(_mesh.Nodes[1]) && !_mesh.IsMember(_mesh.Nodes[2]) && !_mesh.Roster.MembersMayAdd);

        _mesh.Say(_mesh.Owner, new PolicyBody(MembersMayAdd: true));
        Assert.True(_mesh.Roster.MembersMayAdd && !_mesh.IsMember(_mesh.Nodes[2]));
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[2]);
        Assert.True(_mesh.IsMember(_mesh.Nodes[2]));
    }

    [Fact]
    public void Who_has_left_is_no_member_and_may_be_taken_back()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[1]);
        _mesh.Say(_mesh.Nodes[0], new LeaveBody());
        _mesh.Add(_mesh.Nodes[0], _mesh.Nodes[2]);
        Assert.False(_mesh.IsMember(_mesh.Nodes[0]) || _mesh.IsMember(_mesh.Nodes[2]));
        Assert.Equal([_mesh.Nodes[0].Public.Id], _mesh.Roster.Left);
        Assert.True(_mesh.IsMember(_mesh.Nodes[1]));

        // Taken back, it is a member again. (What it signed while it was none is left out here.)
        _mesh.View = _mesh.Merge(_mesh.View.Statements.Where(statement => statement.Body is not AddBody { Key: var key }
            || key.Id != _mesh.Nodes[2].Public.Id));
        _mesh.Add(_mesh.Nodes[1], _mesh.Nodes[0]);
        Assert.True(_mesh.IsMember(_mesh.Nodes[0]));
    }

    [Fact]
    public void Only_the_owner_names_administrators_and_taking_the_role_away_wins()
    {
        _mesh.Add(_mesh.Owner, _mesh.Nodes[0]);
        Assert.Throws<ArgumentException>(() => _mesh.Say(_mesh.Nodes[0], new AdministratorBody("eve", IsOne: true)));
        _mesh.Say(_mesh.Owner, new AdministratorBody("ann", IsOne: true));
        var apart = _mesh.Copy();
        _mesh.Say(_mesh.Owner, new AdministratorBody("ann", IsOne: false));
        new RosterPen(apart, _mesh.Owner).Say(new AdministratorBody("bob", IsOne: true));
        _mesh.View = _mesh.Merge(_mesh.View.Statements, apart.Statements);
        Assert.Empty(_mesh.Roster.Administrators);
        _mesh.Say(_mesh.Owner, new AdministratorBody("bob", IsOne: true));
        Assert.Equal(["bob"], _mesh.Roster.Administrators);
    }

    public void Dispose() => _mesh.Dispose();
}
