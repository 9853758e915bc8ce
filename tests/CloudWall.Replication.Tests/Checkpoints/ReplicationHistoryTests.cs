using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Checkpoints;

public sealed class ReplicationHistoryTests
{
    [Fact]
    public void Two_that_know_the_same_session_go_on_from_there()
    {
        var history = History(("b", "20"), ("a", "10"));
        Assert.Equal("\"20-x\"", ReplicationHistory.Common(history, history).SourceSequence);
    }

    [Fact]
    public void A_side_that_knows_nothing_begins_anew()
    {
        var history = History(("a", "10"));
        Assert.Equal("0", ReplicationHistory.Common(history, ReplicationHistory.Empty).SourceSequence);
        Assert.Equal("0", ReplicationHistory.Common(ReplicationHistory.Empty, history).SourceSequence);
    }

    [Theory]
    [InlineData("60", "100")]
    [InlineData("100", "60")]
    public void A_side_restored_within_a_session_makes_both_go_back(string source, string target) =>
        Assert.Equal("\"60-x\"", ReplicationHistory.Common(History(("a", source)), History(("a", target))).SourceSequence);

    [Fact]
    public void A_side_restored_to_an_earlier_session_makes_both_go_back_to_it()
    {
        var newer = History(("c", "30"), ("b", "20"), ("a", "10"));
        var older = History(("a", "10"));
        Assert.Equal("\"10-x\"", ReplicationHistory.Common(newer, older).SourceSequence);
        Assert.Equal("\"10-x\"", ReplicationHistory.Common(older, newer).SourceSequence);
    }

    [Fact]
    public void Two_that_parted_go_back_to_the_newest_session_that_both_know()
    {
        var one = History(("d", "40"), ("b", "20"), ("a", "10"));
        var other = History(("c", "35"), ("b", "20"), ("a", "10"));
        var common = ReplicationHistory.Common(one, other);
        Assert.Equal("\"20-x\"", common.SourceSequence);
        Assert.Equal(["b", "a"], common.Sessions.Select(session => session.Id));
    }

    [Fact]
    public void Sequences_that_cannot_be_compared_go_back_to_where_the_session_began()
    {
        var one = History(("a", "10")) is var history ? With(history, "[\"x\"]") : null;
        var other = With(History(("a", "10")), "[\"y\"]");
        Assert.Equal("0", ReplicationHistory.Common(one!, other).SourceSequence);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var history = History(("b", "20"), ("a", "10"));
        var read = ReplicationHistory.Parse(history.ToJson(byDocumentIds: false));
        Assert.Equal(history.SessionId, read.SessionId);
        Assert.Equal(history.SourceSequence, read.SourceSequence);
        Assert.Equal(history.Sessions, read.Sessions);
    }

    [Fact]
    public void No_more_than_fifty_sessions_are_kept()
    {
        var history = ReplicationHistory.Empty;
        for (var i = 0; i < 60; i++)
        {
            history = history.With(Session("s" + i, i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.Equal(50, history.Sessions.Count);
        Assert.Equal("s59", history.Sessions[0].Id);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"session_id\":5}")]
    [InlineData("{}")]
    public void What_is_no_history_counts_as_none(string json) =>
        Assert.Null(ReplicationHistory.Parse(System.Text.Encoding.UTF8.GetBytes(json)).SessionId);

    private static ReplicationHistory With(ReplicationHistory history, string sequence) => history with
    {
        SourceSequence = sequence,
        Sessions = [history.Sessions[0] with { RecordedSequence = sequence }],
    };

    private static ReplicationHistory History(params (string Id, string Sequence)[] sessions) => new(
        sessions[0].Id, $"\"{sessions[0].Sequence}-x\"", [.. sessions.Select(session => Session(session.Id, session.Sequence))]);

    private static Session Session(string id, string sequence) =>
        new(id, "start", "end", "0", $"\"{sequence}-x\"", new ReplicationStatistics { Checked = 7, Written = 3 });
}
