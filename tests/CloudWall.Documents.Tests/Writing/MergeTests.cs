using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Writing;

/// <summary>Replicated revisions merge, and never conflict.</summary>
public sealed class MergeTests
{
    [Fact]
    public async Task Revisions_come_with_their_history_in_any_order()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["3-cc", "2-bb", "1-aa"], "{\"v\":3}");
        await engine.MergeAsync("doc", ["2-bd", "1-aa"], "{\"v\":2}");
        await engine.MergeAsync("doc", ["4-dd", "3-cc"], "{\"v\":4}");
        Assert.Equal(["4-dd", "2-bd"], engine.Leaves("doc"));
        Assert.Equal(["4-dd", "3-cc", "2-bb", "1-aa"], engine.PathOf("doc", Engine.Rev("4-dd")));
        Assert.Equal("{\"v\":3}", engine.Body("doc", Engine.Rev("3-cc")));
        Assert.Null(engine.Database.Read("doc", Engine.Rev("1-aa")));
        Assert.Equal([(3L, "doc")], engine.Changes());
        engine.Check();
    }

    [Fact]
    public async Task What_is_known_already_changes_nothing()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["2-bb", "1-aa"], "{\"v\":1}");
        await engine.MergeAsync("doc", ["2-bb", "1-aa"], "{\"v\":2}");
        Assert.Equal(1, engine.Database.UpdateSequence);
        Assert.Equal("{\"v\":1}", engine.Body("doc", Engine.Rev("2-bb")));
        engine.Check();
    }

    /// <summary>Seen beside a CouchDB: the deletion mark was that of the second, the body that of the first.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_revision_that_comes_again_with_ancestors_that_join_it_to_others_brings_its_body(bool together, bool knownLast)
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["3-cc", "2-aa", "1-bb"]);
        var alone = Engine.PrepareMerge("doc", ["4-dd", "3-ee"], "{\"v\":1}", deleted: true);
        var joined = Engine.PrepareMerge("doc", ["4-dd", "3-ee", "2-aa"], "{\"v\":2}");
        DocumentWrite[] writes = knownLast ? [joined, alone] : [alone, joined];
        foreach (var request in together ? [writes] : writes.Select(static write => new[] { write }))
        {
            Assert.All(await engine.WriteAsync(WriteMode.Replicated, request), static outcome => Assert.Null(outcome.Error));
        }

        Assert.Equal(["4-dd", "3-cc"], engine.Leaves("doc"));
        Assert.Equal(["4-dd", "3-ee", "2-aa", "1-bb"], engine.PathOf("doc", Engine.Rev("4-dd")));
        Assert.Equal("{\"v\":2}", engine.Body("doc", Engine.Rev("4-dd")));
        engine.Check();
    }

    [Fact]
    public async Task Many_revisions_of_one_document_in_one_request_share_its_sequence()
    {
        await using var engine = await Engine.CreateAsync();
        var writes = Enumerable.Range(1, 300).Select(i => Engine.PrepareMerge("doc", [$"2-{i:x4}", $"1-{i % 7:x4}"])).ToArray();
        var outcomes = await engine.WriteAsync(WriteMode.Replicated, [.. writes, Engine.PrepareMerge("a", ["1-aa"])]);
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.Equal([(1L, "a"), (2L, "doc")], engine.Changes());
        Assert.Equal(300, engine.Leaves("doc").Count);
        engine.Check();
        var deletions = engine.Leaves("doc").Select(leaf => Engine.Prepare("doc", Engine.Rev(leaf), deleted: true)).ToArray();
        outcomes = await engine.WriteAsync(WriteMode.Interactive, deletions);
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.True(engine.Database.Find("doc")!.Deleted);
        engine.Check();
    }

    [Fact]
    public async Task A_replicated_deletion_of_a_document_that_never_was_counts_as_deleted()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["5-aa"], deleted: true);
        Assert.Equal((0L, 1L), (engine.Database.ReadInfo().DocumentCount, engine.Database.ReadInfo().DeletedCount));
        await engine.MergeAsync("doc", ["1-aa"]);
        Assert.Equal((1L, 0L), (engine.Database.ReadInfo().DocumentCount, engine.Database.ReadInfo().DeletedCount));
        Assert.Equal(["1-aa", "5-aa deleted"], engine.Leaves("doc"));
        engine.Check();
    }

    [Fact]
    public async Task A_revision_that_was_stemmed_away_comes_back_with_one_body()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.Database.SetRevsLimitAsync(1, CancellationToken.None);
        await engine.MergeAsync("doc", ["1-aa"], "{}", false, await engine.AttachAsync("file", [1, 2, 3]));
        var second = await engine.PutAsync("doc", Engine.Rev("1-aa"), attachments: Engine.Stub("file"));
        await engine.MergeAsync("doc", ["1-aa"], "{\"v\":1}", false, await engine.AttachAsync("file", [4, 5, 6]));
        engine.Check();

        // And an edit that makes a revision anew whose body is still there.
        Assert.Equal(second, await engine.PutAsync("doc", Engine.Rev("1-aa"), attachments: await engine.AttachAsync("file", [1, 2, 3])));
        engine.Check();
        await engine.Database.CompactAsync(CancellationToken.None);
        engine.Check();
        Assert.Equal([1, 2, 3], await engine.ReadAsync("doc", second, "file"));
    }

    [Fact]
    public async Task Replicated_writes_without_a_revision_or_with_too_many_generations_are_refused()
    {
        await using var engine = await Engine.CreateAsync();
        foreach (var write in new[] { Engine.Prepare("doc", default), Engine.PrepareMerge("doc", ["1-aa", "0-bb", "0-cc"]) })
        {
            var refused = await Assert.ThrowsAsync<DocumentException>(() => engine.WriteAsync(WriteMode.Replicated, write));
            Assert.Equal(400, refused.Error.Status);
        }

        Assert.Equal(0, engine.Database.UpdateSequence);
    }

    [Fact]
    public async Task Ten_thousand_revisions_are_merged_stemmed_and_read()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.Database.SetRevsLimitAsync(20_000, CancellationToken.None);
        var path = Enumerable.Range(1, 10_000).Reverse().Select(i => $"{i}-{i:x32}").ToList();
        await engine.MergeAsync("doc", path);
        Assert.Equal(path, engine.PathOf("doc", Engine.Rev(path[0])));
        engine.Check();
        var leaf = await engine.PutAsync("doc", Engine.Rev(path[0]));
        await engine.MergeAsync("doc", ["5001-ff", .. path.Skip(5000)]);
        engine.Check();
        Assert.Equal([leaf.ToString(), "5001-ff"], engine.Leaves("doc"));
        Assert.Equal(10_001, engine.PathOf("doc", leaf).Count);
        await engine.Database.SetRevsLimitAsync(10, CancellationToken.None);
        leaf = await engine.PutAsync("doc", leaf);
        Assert.Equal(10, engine.PathOf("doc", leaf).Count);
        Assert.Equal(10, engine.PathOf("doc", Engine.Rev("5001-ff")).Count);
        engine.Check();
    }

    [Fact]
    public async Task A_thousand_conflicts_keep_their_sizes()
    {
        await using var engine = await Engine.CreateAsync();
        for (var i = 0; i < 40; i++)
        {
            var writes = Enumerable.Range(0, 25).Select(k => Engine.PrepareMerge("doc", [$"1-{(i * 25) + k:x4}"], $"{{\"v\":\"{new string('x', k)}\"}}"));
            await engine.WriteAsync(WriteMode.Replicated, [.. writes]);
        }

        Assert.Equal(1000, engine.Leaves("doc").Count);
        engine.Check();
        var record = engine.Database.Find("doc")!;
        await engine.PutAsync("doc", record.Winner.Revision, deleted: true);
        engine.Check();
    }

    [Fact]
    public async Task Limits_on_revisions_hold_from_the_next_edit_on()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = default(RevisionId);
        for (var i = 0; i < 60; i++)
        {
            revision = await engine.PutAsync("doc", revision);
        }

        var before = engine.Database.UpdateSequence;
        await engine.Database.SetRevsLimitAsync(7, CancellationToken.None);
        Assert.Equal((before + 1, 7), (engine.Database.UpdateSequence, engine.Database.RevsLimit));
        Assert.Equal(60, engine.PathOf("doc", revision).Count);
        revision = await engine.PutAsync("doc", revision);
        Assert.Equal(7, engine.PathOf("doc", revision).Count);
        engine.Check();
        await engine.Database.SetRevsLimitAsync(1, CancellationToken.None);
        revision = await engine.PutAsync("doc", revision);
        Assert.Equal([revision.ToString()], engine.PathOf("doc", revision));
        await engine.Database.SetRevsLimitAsync(3, CancellationToken.None);
        for (var i = 0; i < 5; i++)
        {
            revision = await engine.PutAsync("doc", revision);
        }

        Assert.Equal(3, engine.PathOf("doc", revision).Count);
        engine.LosePower();
        Assert.Equal(3, engine.Database.RevsLimit);
        engine.Check();
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = engine.Database.SetRevsLimitAsync(0, CancellationToken.None); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = engine.Database.SetPurgedInfosLimitAsync(0, CancellationToken.None); });
    }
}
