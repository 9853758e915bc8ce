using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Pairing;

namespace CloudWall.Mesh.Tests.Pairing;

public sealed class PairingTests : IDisposable
{
    private readonly NodeKey _inviter = NodeKey.Create();
    private readonly NodeKey _joiner = NodeKey.Create();
    private readonly NodeKey _stranger = NodeKey.Create();
    private readonly Clock _time = new();
    private readonly Invitations _invitations;

    public PairingTests() => _invitations = new Invitations(_inviter.Public, _time);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_know_the_key_of_the_other_and_show_the_same_number(bool isLink)
    {
        var invitation = _invitations.Create();
        var (one, other) = Pair(invitation, isLink ? "http://cloudwall-k3f9.local:5984/#" + invitation.Fragment : invitation.Code.ToUpperInvariant());
        Assert.Equal(_joiner.Public, one.Other);
        Assert.Equal(_inviter.Public, other.Other);
        Assert.Equal(one.CheckNumber, other.CheckNumber);
        Assert.Matches("^[0-9]{3} [0-9]{3}$", one.CheckNumber);
    }

    [Fact]
    public void An_invitation_is_for_one_device()
    {
        var invitation = _invitations.Create();
        Pair(invitation, invitation.Code);
        Assert.False(invitation.IsOpen);
        Assert.Null(_invitations.Open);
        Assert.Throws<PairingException>(() => Pair(invitation, invitation.Code));
    }

    [Fact]
    public void Three_wrong_tries_end_it_and_the_right_code_comes_too_late()
    {
        var invitation = _invitations.Create();
        for (var i = 0; i < Invitation.MaxTries; i++)
        {
            Assert.True(invitation.IsOpen);
            Assert.Throws<PairingException>(() => Pair(invitation, "0000-000" + i));
        }

        Assert.False(invitation.IsOpen);
        Assert.Throws<PairingException>(() => Pair(invitation, invitation.Code));
    }

    [Fact]
    public void Runs_that_began_while_it_was_open_have_no_more_tries_together()
    {
        var invitation = _invitations.Create();
        var runs = Enumerable.Range(0, Invitation.MaxTries + 1).Select(i =>
        {
            var code = i == Invitation.MaxTries ? invitation.Code : "0000-000" + i;
            var (side, joiner) = (new InviterSide(invitation, _inviter.Public), Joiner(code));
            return (Side: side, Confirmation: joiner.Confirm(side.Answer(joiner.Continue(side.Greet(joiner.Begin())))));
        }).ToList();
        foreach (var (side, confirmation) in runs)
        {
            Assert.Throws<PairingException>(() => side.Confirm(confirmation));
            Assert.Null(side.Paired);
        }
    }

    [Fact]
    public void It_ends_by_the_time_that_has_passed_and_not_by_the_date()
    {
        var invitation = _invitations.Create();
        _time.Date = _time.Date.AddYears(50);
        Assert.True(invitation.IsOpen);
        _time.Passed += Invitation.DefaultLifetime;
        Assert.False(invitation.IsOpen);
        Assert.Throws<PairingException>(() => new InviterSide(invitation, _inviter.Public).Greet(Joiner(invitation.Code).Begin()));
    }

    [Fact]
    public void One_is_open_at_a_time()
    {
        var first = _invitations.Create();
        var second = _invitations.Create();
        Assert.False(first.IsOpen);
        Assert.Same(second, _invitations.Open);
    }

    [Fact]
    public void Who_relays_all_gets_nothing_for_it()
    {
        var invitation = _invitations.Create();
        var seen = new List<byte[]>();
        var (one, other) = Pair(invitation, invitation.Code, message =>
        {
            seen.Add(message);
            return message;
        });
        Assert.Equal((_joiner.Public, _inviter.Public), (one.Other, other.Other));
        Assert.DoesNotContain(seen, message => message.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(invitation.Code)) >= 0);
    }

    [Fact]
    public void Who_puts_its_own_key_in_is_noticed_on_both_sides()
    {
        foreach (var swapped in new[] { _joiner, _inviter })
        {
            var invitation = _invitations.Create();
            Assert.Throws<PairingException>(() => Pair(
                invitation, invitation.Code, message => Replace(message, swapped.Public.Point, _stranger.Public.Point)));
        }
    }

    [Fact]
    public void Whatever_is_changed_on_the_way_is_noticed()
    {
        for (var changed = 0; changed < 6; changed++)
        {
            var invitation = _invitations.Create();
            var (number, target) = (0, changed);
            Assert.Throws<PairingException>(() => Pair(invitation, invitation.Code, message =>
            {
                if (number++ != target)
                {
                    return message;
                }

                var bytes = message.ToArray();
                bytes[^1] ^= 1;
                return bytes;
            }));
        }
    }

    [Fact]
    public void What_was_recorded_opens_nothing_later()
    {
        var recorded = new List<byte[]>();
        var first = _invitations.Create();
        Pair(first, first.Code, message =>
        {
            recorded.Add(message);
            return message;
        });
        var second = _invitations.Create();
        var side = new InviterSide(second, _inviter.Public);
        side.Greet(recorded[0]);
        Assert.Throws<PairingException>(() =>
        {
            side.Answer(recorded[2]);
            side.Confirm(recorded[4]);
        });
        Assert.Null(side.Paired);
    }

    [Fact]
    public void The_owner_of_another_key_cannot_answer_for_the_member_that_a_link_names()
    {
        var invitation = _invitations.Create();
        var joiner = Joiner("#" + invitation.Fragment);
        var side = new InviterSide(invitation, _stranger.Public);
        var answer = side.Greet(joiner.Begin());
        Assert.Throws<PairingException>(() => joiner.Continue(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("k3f9")]
    [InlineData("http://x/#")]
    [InlineData("http://x/#abc.def")]
    public void What_is_neither_code_nor_link_is_refused(string text) => Assert.False(PairingPassword.TryParse(text, out _));

    [Fact]
    public void Messages_out_of_turn_are_refused()
    {
        var invitation = _invitations.Create();
        var side = new InviterSide(invitation, _inviter.Public);
        Assert.Throws<PairingException>(() => side.Confirm(new byte[32]));
        Assert.Throws<PairingException>(() => side.Answer(new byte[32]));
        Assert.Throws<PairingException>(() => side.Greet(new byte[10_000]));
        Assert.True(invitation.IsOpen);
    }

    public void Dispose()
    {
        _inviter.Dispose();
        _joiner.Dispose();
        _stranger.Dispose();
    }

    private static byte[] Replace(byte[] message, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var at = message.AsSpan().IndexOf(one);
        if (at < 0)
        {
            return message;
        }

        var bytes = message.ToArray();
        other.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    private JoinerSide Joiner(string text)
    {
        Assert.True(PairingPassword.TryParse(text, out var password));
        return new JoinerSide(password, _joiner.Public);
    }

    /// <summary>Pairs, by way of somebody who sees and may change each message.</summary>
    private (Paired OfInviter, Paired OfJoiner) Pair(Invitation invitation, string text, Func<byte[], byte[]>? relay = null)
    {
        relay ??= static message => message;
        var side = new InviterSide(invitation, _inviter.Public);
        var joiner = Joiner(text);
        var answer = relay(side.Greet(relay(joiner.Begin())));
        answer = relay(side.Answer(relay(joiner.Continue(answer))));
        answer = relay(side.Confirm(relay(joiner.Confirm(answer))));
        return (side.Paired!, joiner.Finish(answer));
    }
}
