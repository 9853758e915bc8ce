using System.Globalization;
using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Checkpoints;
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
    public void A_revision_waits_longer_each_time_up_to_an_hour()
    {
        _postponed.Add(Failure("a"), _time);
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var since = _time.GetUtcNow();
            while (Due().Count == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(5));
            }

            waits.Add((_time.GetUtcNow() - since).TotalSeconds);
            _postponed.Fail(Assert.Single(Due()), _time);
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600], waits);
    }

    [Fact]
    public void Attempts_without_number_wait_no_less()
    {
        _postponed.Begin([new PostponedRevision("a", First, int.MaxValue)], null);
        for (var i = 0; i < 3; i++)
        {
            _postponed.Fail(Assert.Single(Due()), _time);
            Assert.Empty(Due());
            _time.Advance(PostponedRevisions.LongestDelay);
        }
    }

    [Fact]
    public void What_a_checkpoint_lists_is_due_at_once_unless_the_job_has_asked_already()
    {
        _postponed.Add(Failure("a"), _time);

        Assert.False(_postponed.Begin([new PostponedRevision("a", First, 1), new PostponedRevision("b", First, 7)], ["b"]));
        Assert.True(_postponed.Begin([new PostponedRevision("b", First, 7)], null));
        _postponed.Add(Failure("a"), _time);
        Assert.False(_postponed.Begin([new PostponedRevision("b", First, 7)], null));

        Assert.Equal("b", Assert.Single(Due()).Id);
        Assert.Equal(["b", "a"], Due(isLast: true).Select(static each => each.Id));
    }

    [Fact]
    public void All_that_are_due_have_their_turn_the_longest_due_first()
    {
        for (var i = 0; i < 250; i++)
        {
            _postponed.Add(Failure(Text(i)), _time);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        _time.Advance(PostponedRevisions.FirstDelay);
        var asked = new List<string>();
        while (Due() is { Count: > 0 } due)
        {
            foreach (var each in due)
            {
                asked.Add(each.Id);
                _postponed.Fail(each, _time);
            }
        }

        Assert.Equal(Enumerable.Range(0, 250).Select(Text), asked);
    }

    [Fact]
    public void Where_the_peer_answers_nothing_those_that_were_not_asked_for_are_first_the_next_time()
    {
        _postponed.Begin([new PostponedRevision("a", First, 1), new PostponedRevision("b", First, 1)], null);
        _postponed.Fail(Due()[0], _time);
        _postponed.Pause(_time);
        Assert.Empty(Due());
        _time.Advance(PostponedRevisions.LongestDelay);

        Assert.Equal(["b", "a"], Due().Select(static each => each.Id));
    }

    [Fact]
    public void A_descendant_takes_the_place_of_a_revision_even_where_there_is_no_room()
    {
        Fill();

        Assert.True(_postponed.Add(Failure("0", Second, First), _time));
        Assert.False(_postponed.HasRefused);
        Assert.Equal(Second, Assert.Single(_postponed.Snapshot(), static each => each.Id == "0").Revision);
        Assert.Null(_postponed.Add(Failure("1", Second), _time));
    }

    [Fact]
    public void What_had_no_room_is_forgotten_once_it_has_passed_or_there_is_room()
    {
        Fill();
        Assert.Null(_postponed.Add(Failure("x"), _time));
        _postponed.Passed([new PeerChange("1", "y", [First])]);
        Assert.True(_postponed.HasRefused);
        _postponed.Passed([new PeerChange("1", "x", [First])]);
        Assert.False(_postponed.HasRefused);

        Assert.Null(_postponed.Add(Failure("x"), _time));
        _postponed.Came("0", [Second, First]);
        Assert.False(_postponed.HasRefused);
        Assert.True(_postponed.Add(Failure("x"), _time));
    }

    [Fact]
    public void What_the_source_does_not_have_is_given_up_after_the_second_time_in_a_row()
    {
        _postponed.Add(Failure("a"), _time);
        var asked = new PostponedRevision("a", First, 1);

        Assert.False(_postponed.Miss(asked, _time));
        _postponed.Fail(asked, _time);
        Assert.False(_postponed.Miss(asked, _time));
        Assert.Equal(1, Assert.Single(_postponed.Snapshot()).Missing);
        Assert.True(_postponed.Miss(asked, _time));
        Assert.Empty(_postponed.Snapshot());
    }

    [Fact]
    public void Long_ids_have_less_room_as_they_are_written()
    {
        var count = 0;
        while (_postponed.Add(Failure(new string('中', 600) + count), _time) == true)
        {
            count++;
        }

        Assert.InRange(count, 100, PostponedList.MaxBytes / (6 * 600));
        Assert.True(PostponedList.Fits(_postponed.Snapshot()));
        _postponed.End(Due(isLast: true)[0]);
        Assert.True(_postponed.Add(Failure(new string('中', 600)), _time));
    }

    [Fact]
    public void What_others_list_is_adopted_as_a_whole_or_not_at_all()
    {
        Fill(PostponedList.MaxCount - 1);
        var two = new[] { new PostponedRevision("x", First, 1), new PostponedRevision("y", First, 1) };

        Assert.False(_postponed.Adopt(two));
        Assert.Equal(PostponedList.MaxCount - 1, _postponed.Snapshot().Count);

        // What no checkpoint has passed comes again by itself.
        Assert.True(_postponed.Begin(two, null));
        Assert.Equal(two, _postponed.Snapshot().OrderBy(static each => each.Id, StringComparer.Ordinal));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static WriteFailure Failure(string id, RevisionId? revision = null, RevisionId? ancestor = null) =>
        new(id, revision ?? First, new DocumentError(500, "attachment_mismatch", "other bytes"))
        {
            IsOfSource = true,
            Path = ancestor is { } older ? [revision ?? First, older] : [],
        };

    private IReadOnlyList<PostponedRevision> Due(bool isLast = false) => _postponed.Due(PostponedRevisions.Now(_time), isLast);

    private void Fill(int count = PostponedList.MaxCount)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(_postponed.Add(Failure(Text(i)), _time));
        }
    }
}
