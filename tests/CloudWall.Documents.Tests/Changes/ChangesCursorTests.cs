using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Changes;

/// <summary>The feed has every document at its latest change, in order, and misses none for whoever waits.</summary>
public sealed class ChangesCursorTests
{
    [Fact]
    public async Task A_row_tells_all_leaves_winner_first()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["1-aa"]);
        await engine.MergeAsync("doc", ["1-bb"]);
        await engine.MergeAsync("doc", ["5-cc"], deleted: true);
        await engine.MergeAsync("gone", ["1-aa"], deleted: true);
        using var cursor = engine.Database.ReadChanges(0);
        Assert.True(cursor.MoveNext());
        Assert.Equal((3L, "doc", false), (cursor.Sequence, Encoding.UTF8.GetString(cursor.Id), cursor.Deleted));
        Assert.Equal(
            [("1-bb", false), ("1-aa", false), ("5-cc", true)],
            cursor.Leaves.ToArray().Select(leaf => (leaf.Revision.ToString(), leaf.IsDeleted)));
        Assert.True(cursor.MoveNext());
        Assert.Equal((4L, "gone", true), (cursor.Sequence, Encoding.UTF8.GetString(cursor.Id), cursor.Deleted));
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public async Task Rows_come_after_a_sequence_in_either_direction()
    {
        await using var engine = await Engine.CreateAsync();
        for (var i = 1; i <= 5; i++)
        {
            await engine.PutAsync("doc" + i);
        }

        await engine.PutAsync("doc2", engine.Database.Find("doc2")!.Winner.Revision);
        (long, string)[] rows = [(1, "doc1"), (3, "doc3"), (4, "doc4"), (5, "doc5"), (6, "doc2")];
        for (var since = -1; since < 9; since++)
        {
            Assert.Equal(rows.Where(row => row.Item1 > since), engine.Changes(since));
            Assert.Equal(rows.Where(row => row.Item1 > since).Reverse(), engine.Changes(since, descending: true));
            Assert.Equal(rows.Count(row => row.Item1 > since), engine.Database.CountChangesAfter(since));
        }

        Assert.Empty(engine.Changes(long.MaxValue));
        Assert.Empty(engine.Changes(long.MaxValue, descending: true));
    }

    [Fact]
    public async Task A_feed_that_is_kept_finds_what_comes_later()
    {
        await using var engine = await Engine.CreateAsync();
        using var cursor = engine.Database.ReadChanges(0);
        Assert.False(cursor.MoveNext());
        var revision = default(RevisionId);
        for (var i = 1; i <= 10; i++)
        {
            revision = await engine.PutAsync("doc", revision);
            Assert.True(cursor.MoveNext());
            Assert.Equal((i, revision), (cursor.Sequence, cursor.Leaves[0].Revision));
            Assert.False(cursor.MoveNext());
        }

        cursor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_walk_is_whole_while_nothing_is_written(bool descending)
    {
        await using var engine = await Engine.CreateAsync();
        await engine.WriteAsync(WriteMode.Interactive, [.. Enumerable.Range(0, 9000).Select(i => Engine.Prepare($"{i:D5}", default))]);
        var expected = Enumerable.Range(0, 9000).Select(i => (i + 1L, $"{i:D5}"));
        Assert.Equal(descending ? expected.Reverse() : expected, engine.Changes(0, descending));
    }

    [Fact]
    public async Task A_feed_read_backwards_shows_the_database_as_it_was_at_the_first_step()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.WriteAsync(WriteMode.Interactive, [.. Enumerable.Range(0, 9000).Select(i => Engine.Prepare($"{i:D5}", default))]);
        var expected = engine.Changes(0, descending: true);
        var seen = new List<(long, string)>();
        using var cursor = engine.Database.ReadChanges(0, descending: true);
        while (cursor.MoveNext())
        {
            seen.Add((cursor.Sequence, Encoding.UTF8.GetString(cursor.Id)));
            if (seen.Count % 500 == 0)
            {
                var id = $"{seen.Count / 10:D5}";
                await engine.PutAsync(id, engine.Database.Find(id)!.Winner.Revision);
                await engine.PutAsync("new" + seen.Count);
            }
        }

        Assert.Equal(expected, seen);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public async Task Every_document_is_seen_at_its_last_sequence_and_never_twice_in_one_state()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.WriteAsync(WriteMode.Interactive, [.. Enumerable.Range(0, 5000).Select(i => Engine.Prepare($"{i:D4}", default))]);
        const int Writers = 3;
        const int Edits = 150;
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var i = 0; i < Edits; i++)
            {
                // Each writer has documents of its own.
                var id = $"{(random.Next(5000 / Writers) * Writers) + writer:D4}";
                var parent = engine.Database.Find(id) is { Deleted: false } record ? record.Winner.Revision : default;
                await engine.PutAsync(id, parent, deleted: i % 5 == 0 && parent.Generation % 2 == 1);
            }
        })).ToList();
        var seen = new Dictionary<string, (long Sequence, RevisionId Winner)>();
        var states = new HashSet<(string, RevisionId)>();
        using var cursor = engine.Database.ReadChanges(0);
        var last = 0L;
        while (true)
        {
            var isOver = writers.All(writer => writer.IsCompleted);
            while (cursor.MoveNext())
            {
                Assert.True(cursor.Sequence > last);
                last = cursor.Sequence;
                var id = Encoding.UTF8.GetString(cursor.Id);
                Assert.True(states.Add((id, cursor.Leaves[0].Revision)));
                seen[id] = (cursor.Sequence, cursor.Leaves[0].Revision);
            }

            if (isOver)
            {
                break;
            }

            await Task.WhenAny([engine.Database.WaitForChangeAsync(last, CancellationToken.None), Task.WhenAll(writers)]);
        }

        await Task.WhenAll(writers);
        Assert.Equal(engine.Changes().Select(row => (row.Id, row.Sequence)).Order(), seen.Select(row => (row.Key, row.Value.Sequence)).Order());
        Assert.All(seen, row => Assert.Equal(engine.Database.Find(row.Key)!.Winner.Revision, row.Value.Winner));
        engine.Check();
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_the_change_and_by_nothing_else()
    {
        await using var engine = await Engine.CreateAsync();
        var database = engine.Database;
        await engine.PutAsync("a");
        Assert.True(database.WaitForChangeAsync(0, CancellationToken.None).IsCompletedSuccessfully);
        var first = database.WaitForChangeAsync(1, CancellationToken.None);
        var second = database.WaitForChangeAsync(2, CancellationToken.None);
        using var given = new CancellationTokenSource();
        var third = database.WaitForChangeAsync(1, given.Token);
        await database.WriteLocalAsync("_local/x", 0, "{}"u8.ToArray(), CancellationToken.None);
        await database.CompactAsync(CancellationToken.None);
        await database.EnsureFullCommitAsync(CancellationToken.None);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.False(first.IsCompleted || second.IsCompleted);
        await engine.PutAsync("b");
        await first;
        Assert.False(second.IsCompleted);
        await database.SetSecurityAsync("{}"u8.ToArray(), CancellationToken.None);
        await second;
    }

    [Fact]
    public async Task A_hundred_waiters_lose_no_wake_up()
    {
        await using var engine = await Engine.CreateAsync();
        const int Changes = 100;
        var waiters = Enumerable.Range(0, 100).Select(_ => Task.Run(async () =>
        {
            for (var sequence = 0L; sequence < Changes; sequence = engine.Database.UpdateSequence)
            {
                await engine.Database.WaitForChangeAsync(sequence, CancellationToken.None);
            }
        })).ToList();
        for (var i = 0; i < Changes; i++)
        {
            await engine.PutAsync("doc" + i);
        }

        await Task.WhenAll(waiters).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }
}
