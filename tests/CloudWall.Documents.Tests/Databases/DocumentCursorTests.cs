using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Walks over documents by id agree with a sorted list of them.</summary>
public sealed class DocumentCursorTests
{
    private static readonly Gen<string> Ids =
        Gen.OneOf("\0", "\u0001", " ", "a", "B", "~", "\u007F", "é", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "\U00010000", "\U0010FFFF")
            .Array[1, 3].Select(string.Concat);

    private static readonly Gen<KeyRange> Ranges = Gen.Select(
        Ids.Null(), Ids.Null(), Gen.Bool, Gen.Bool, (start, end, inclusive, descending) => new KeyRange(start, end, inclusive, descending));

    [Fact]
    public async Task A_long_body_is_not_copied_to_be_read()
    {
        await using var engine = await Engine.CreateAsync();
        var body = $$"""{"text":"{{new string('x', 1_000_000)}}"}""";
        await engine.PutAsync("long", default, body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var cursor = engine.Database.Scan(new KeyRange());
        Assert.True(cursor.MoveNext());
        using var winner = cursor.ReadWinner()!;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
        Assert.Equal(body, Encoding.UTF8.GetString(winner.Body.Span));
    }

    [Fact]
    public Task Any_range_has_what_a_sorted_list_has() => Gen.Select(Ids.Array[0, 30], Ranges.Array[1, 10]).SampleAsync(
        async (ids, ranges) =>
        {
            await using var engine = await Engine.CreateAsync();
            foreach (var id in ids.Distinct())
            {
                var revision = await engine.PutAsync(id, body: $"{{\"v\":{id.Length}}}");
                if (id.EndsWith('B'))
                {
                    await engine.PutAsync(id, revision, deleted: true);
                }
            }

            var living = ids.Distinct().Where(id => !id.EndsWith('B')).OrderBy(Encoding.UTF8.GetBytes, ByBytes).ToList();
            foreach (var range in ranges)
            {
                var expected = living.Where(id => Contains(range, id)).ToList();
                if (range.Descending)
                {
                    expected.Reverse();
                }

                Assert.Equal(expected, engine.Ids(range));
                Assert.Equal(expected.Count, engine.Database.CountIn(range));
                var before = range.Start is null ? 0
                    : living.Count(id => ByBytes.Compare(Encoding.UTF8.GetBytes(id), Encoding.UTF8.GetBytes(range.Start)) * (range.Descending ? -1 : 1) < 0);
                Assert.Equal(before, engine.Database.CountBefore(range));
            }
        },
        iter: 100,
        threads: 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_walk_meets_every_document_that_stays_once_while_others_come_and_go(bool descending)
    {
        await using var engine = await Engine.CreateAsync();
        var ids = Enumerable.Range(0, 9000).Select(i => $"{i:D5}").ToList();
        await engine.WriteAsync(WriteMode.Interactive, [.. ids.Select(id => Engine.Prepare(id, default, $"{{\"id\":\"{id}\"}}"))]);
        var seen = new List<string>();
        using var cursor = engine.Database.Scan(new KeyRange(Descending: descending));
        while (cursor.MoveNext())
        {
            var id = Encoding.UTF8.GetString(cursor.Id);
            seen.Add(id);
            Assert.Equal(id, cursor.Record.Id);
            if (seen.Count % 97 == 0)
            {
                using var winner = cursor.ReadWinner();
                Assert.Equal($"{{\"id\":\"{id}\"}}", Encoding.UTF8.GetString(winner!.Body.Span));
                using var again = cursor.ReadWinner();
                Assert.NotNull(again);
            }

            if (seen.Count % 1000 == 0)
            {
                // Ids that end in x come, those divisible by 1000 go, and some get another revision.
                await engine.WriteAsync(WriteMode.Interactive, [.. Enumerable.Range(0, 20).Select(i => Engine.Prepare($"{i * 450:D5}x{seen.Count}", default))]);
                var victim = $"{seen.Count - 1000:D5}";
                await engine.PutAsync(victim, engine.Database.Find(victim)!.Winner.Revision, deleted: true);
            }
        }

        Assert.False(cursor.MoveNext());
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen, descending ? seen.OrderDescending(StringComparer.Ordinal) : seen.Order(StringComparer.Ordinal));
        Assert.Empty(ids.Where(id => !id.EndsWith("000", StringComparison.Ordinal)).Except(seen));
    }

    [Fact]
    public async Task The_walk_reads_the_winners_among_old_revisions_and_conflicts()
    {
        await using var engine = await Engine.CreateAsync();
        for (var i = 0; i < 30; i++)
        {
            var revision = default(RevisionId);
            for (var edits = 0; edits <= i; edits++)
            {
                revision = await engine.PutAsync("doc" + i, revision, $"{{\"v\":{edits}}}", attachments: await engine.AttachAsync("file", [(byte)edits]));
            }

            await engine.MergeAsync("doc" + i, ["1-aa"], "{\"v\":\"conflict\"}");
            await engine.MergeAsync("doc" + i, [$"{i + 9}-dd"], deleted: true);
        }

        foreach (var descending in new[] { false, true })
        {
            var rows = 0;
            using var cursor = engine.Database.Scan(new KeyRange(Descending: descending));
            while (cursor.MoveNext())
            {
                rows++;
                var record = engine.Database.Find(Encoding.UTF8.GetString(cursor.Id))!;
                Assert.Equal((record.Winner.Revision, record.Sequence), (cursor.Winner, cursor.Sequence));
                using var read = cursor.ReadWinner()!;
                using var found = engine.Database.Read(record.Id, record.Winner.Revision)!;
                Assert.Equal(found.Body.ToArray(), read.Body.ToArray());
                Assert.Equal(found.Attachments.Select(attachment => attachment.Name), read.Attachments.Select(attachment => attachment.Name));
            }

            Assert.Equal(30, rows);
        }
    }

    [Fact]
    public async Task A_winner_that_is_compacted_away_under_the_walk_is_not_read()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("a");
        await engine.PutAsync("b");
        using var cursor = engine.Database.Scan(new KeyRange());
        Assert.True(cursor.MoveNext());
        var second = await engine.PutAsync("a", first);
        await engine.Database.CompactAsync(CancellationToken.None);
        Assert.Equal(first, cursor.Winner);
        Assert.Null(cursor.ReadWinner());
        Assert.NotEqual(first, second);
        Assert.True(cursor.MoveNext());
        using var b = cursor.ReadWinner();
        Assert.NotNull(b);
    }

    [Fact]
    public async Task A_history_that_is_stemmed_while_it_is_read_lacks_what_was_stemmed()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.Database.SetRevsLimitAsync(50, CancellationToken.None);
        var revision = default(RevisionId);
        for (var i = 0; i < 100; i++)
        {
            revision = await engine.PutAsync("doc", revision);
        }

        var record = engine.Database.Find("doc")!;
        var gone = engine.Database.Find("doc")!;
        var latest = revision;
        for (var i = 0; i < 30; i++)
        {
            latest = await engine.PutAsync("doc", latest);
        }

        engine.Database.LoadAncestors(record);
        Assert.Equal(revision, record.Winner.Revision);
        Assert.Equal(engine.PathOf("doc", latest).Skip(30), record.Tree.PathOf(revision).Select(node => node.Revision.ToString()));
        Assert.Equal(20, record.Tree.PathOf(revision).Count);
        await engine.Database.PurgeAsync([new PurgeRequest("doc", [latest])], CancellationToken.None);
        var told = Assert.Throws<DocumentException>(() => engine.Database.LoadAncestors(gone));
        Assert.Equal(DocumentError.Missing, told.Error);
    }

    [Fact]
    public async Task A_history_whose_branches_are_purged_while_it_is_read_is_the_present_one()
    {
        await using var engine = await Engine.CreateAsync();
        var trunk = Enumerable.Range(1, 40).Reverse().Select(i => $"{i}-{i:x32}").ToList();
        await engine.MergeAsync("doc", [.. Enumerable.Range(41, 30).Reverse().Select(i => $"{i}-{i:x30}aa"), .. trunk]);
        await engine.MergeAsync("doc", [.. Enumerable.Range(41, 30).Reverse().Select(i => $"{i}-{i:x30}bb"), .. trunk]);
        var leaves = engine.Leaves("doc").Select(Engine.Rev).ToList();
        var edited = engine.Database.Find("doc")!;
        var purged = engine.Database.Find("doc")!;
        Assert.True(edited.Tree.TailCount > 30);
        var onward = await engine.PutAsync("doc", leaves[1]);
        engine.Database.LoadAncestors(edited);
        Assert.Equal(leaves, edited.Tree.Leaves.Select(leaf => leaf.Revision));
        Assert.All(leaves, leaf => Assert.Equal(70, edited.Tree.PathOf(leaf).Count));
        await engine.Database.PurgeAsync([new PurgeRequest("doc", [leaves[0]])], CancellationToken.None);
        engine.Database.LoadAncestors(purged);
        Assert.Equal(onward, purged.Tree.Leaves.Single().Revision);
        Assert.Equal(71, purged.Tree.PathOf(onward).Count);
    }

    private static Comparer<byte[]> ByBytes => Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static bool Contains(KeyRange range, string id)
    {
        var utf8 = Encoding.UTF8.GetBytes(id);
        var sign = range.Descending ? -1 : 1;
        var afterStart = range.Start is null || ByBytes.Compare(utf8, Encoding.UTF8.GetBytes(range.Start)) * sign >= 0;
        var end = range.End is null ? -1 : ByBytes.Compare(utf8, Encoding.UTF8.GetBytes(range.End)) * sign;
        return afterStart && (end < 0 || (end == 0 && range.InclusiveEnd));
    }
}
