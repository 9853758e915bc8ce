using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Runs;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Replication.Tests.Runs;

public sealed class PostponedRevisionsTests
{
    private static readonly RevisionId First = RevisionId.Parse("1-11111111111111111111111111111111");
    private static readonly RevisionId Second = RevisionId.Parse("2-11111111111111111111111111111111");
    private readonly FakeTimeProvider _time = new();
    private readonly PostponedRevisions _postponed = new();

    [Fact]
    public void A_revision_waits_longer_each_time_up_to_ten_minutes()
    {
        _postponed.Add(Failure("a"), _time);
        var waits = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var since = _time.GetUtcNow();
            while (_postponed.Due(_time, isLast: false).Count == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(5));
            }

            waits.Add((_time.GetUtcNow() - since).TotalSeconds);
            _postponed.Settle(Assert.Single(_postponed.Due(_time, isLast: false)), [Failure("a")], _time);
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 600, 600], waits);
    }

    [Fact]
    public void What_a_checkpoint_names_is_due_at_once_unless_the_job_has_asked_already()
    {
        _postponed.Add(Failure("a"), _time);

        Assert.False(_postponed.Begin([new PostponedRevision("b", First, 7)]));

        Assert.Equal("b", Assert.Single(_postponed.Due(_time, isLast: false)).Id);
        Assert.Equal(["a", "b"], _postponed.Due(_time, isLast: true).Select(static document => document.Id).Order());
    }

    [Fact]
    public void Those_that_were_not_tried_are_first_the_next_time()
    {
        _postponed.Begin([new PostponedRevision("a", First, 1), new PostponedRevision("b", First, 1)]);
        var due = _postponed.Due(_time, isLast: false);
        _postponed.Defer(due[0], wasTried: true, _time);
        _postponed.Defer(due[1], wasTried: false, _time);
        _time.Advance(PostponedRevisions.LongestDelay);

        Assert.Equal([due[1].Id, due[0].Id], _postponed.Due(_time, isLast: false).Select(static document => document.Id));
    }

    [Fact]
    public void A_descendant_takes_the_place_of_a_revision_where_there_is_room()
    {
        for (var i = 0; i < PostponedRevisions.MaxCount - 1; i++)
        {
            Assert.True(_postponed.Add(Failure(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), _time));
        }

        Assert.Equal(1, _postponed.Settle(new PeerChange("0", "0", [First]), [Failure("0", Second)], _time));
        Assert.True(_postponed.Add(Failure("1", Second), _time));
        Assert.Equal(0, _postponed.Settle(new PeerChange("0", "2", [First]), [Failure("2", Second)], _time));

        var left = _postponed.Snapshot();
        Assert.Equal(Second, Assert.Single(left, static each => each.Id == "0").Revision);
        Assert.Equal(First, Assert.Single(left, static each => each.Id == "2").Revision);
        Assert.True(_postponed.HasRefused);
    }

    [Fact]
    public void Long_ids_have_less_room()
    {
        var count = 0;
        while (_postponed.Add(Failure(new string('x', 10_000) + count), _time) == true)
        {
            count++;
        }

        Assert.InRange(count, 1, 10);
        Assert.True(_postponed.IsFull);
        _postponed.Settle(_postponed.Due(_time, isLast: true)[0], [], _time);
        Assert.False(_postponed.IsFull);
    }

    private static WriteFailure Failure(string id, RevisionId? revision = null) =>
        new(id, revision ?? First, new DocumentError(500, "attachment_mismatch", "other bytes")) { IsOfSource = true };
}
