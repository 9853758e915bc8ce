using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Purged revisions are as if they had never been.</summary>
public sealed class PurgeTests
{
    [Fact]
    public async Task A_purged_document_is_gone_with_all_its_bodies_and_pages()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = default(RevisionId);
        for (var i = 0; i < 50; i++)
        {
            revision = await engine.PutAsync("doc", revision, attachments: await engine.AttachAsync("file", [(byte)i]));
        }

        var before = engine.Database.UpdateSequence;
        Assert.Equal([[revision]], await PurgeAsync(engine, new PurgeRequest("doc", [revision])));
        Assert.Null(engine.Database.Find("doc"));
        Assert.Empty(engine.Changes());
        Assert.Equal(before + 1, engine.Database.UpdateSequence);
        Assert.Equal((0L, 0L, 1L, 0L), Numbers(engine));
        engine.LosePower();
        engine.Check();
        var anew = await engine.PutAsync("doc");
        Assert.Equal(1, anew.Generation);
        engine.Check();
    }

    [Fact]
    public async Task Only_leaves_are_purged_and_with_them_what_only_they_had()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["2-bb", "1-aa"]);
        await engine.MergeAsync("doc", ["3-cc", "2-bd", "1-aa"]);
        Assert.Equal([[]], await PurgeAsync(engine, new PurgeRequest("doc", [Engine.Rev("1-aa"), Engine.Rev("9-ff")])));
        Assert.Equal(["3-cc", "2-bb"], engine.Leaves("doc"));
        Assert.Equal([[Engine.Rev("3-cc")]], await PurgeAsync(engine, new PurgeRequest("doc", [Engine.Rev("3-cc"), Engine.Rev("2-bd")])));
        Assert.Equal(["2-bb"], engine.Leaves("doc"));
        Assert.Equal(["2-bb", "1-aa"], engine.PathOf("doc", Engine.Rev("2-bb")));
        Assert.Equal(engine.Database.UpdateSequence, engine.Changes().Single().Sequence);
        engine.Check();
    }

    [Fact]
    public async Task One_request_may_name_a_document_more_than_once()
    {
        await using var engine = await Engine.CreateAsync();
        var shared = Engine.Bytes(300_000);
        var keeper = await engine.PutAsync("keeper", attachments: await engine.AttachAsync("file", shared));
        var second = await engine.PutAsync("second", attachments: await engine.AttachAsync("file", shared));
        foreach (var leaf in new[] { "1-aa", "1-bb", "1-cc" })
        {
            await engine.MergeAsync("doc", [leaf], "{}", false, await engine.AttachAsync("file", shared));
        }

        var branch = Engine.Rev("1-cc");
        for (var i = 0; i < 30; i++)
        {
            branch = await engine.PutAsync("doc", branch, attachments: Engine.Stub("file"));
        }

        var removed = await PurgeAsync(
            engine,
            new PurgeRequest("doc", [Engine.Rev("1-aa")]),
            new PurgeRequest("keeper", []),
            new PurgeRequest("doc", [Engine.Rev("1-bb")]),
            new PurgeRequest("doc", [branch]),
            new PurgeRequest("doc", [branch]));
        Assert.Equal([1, 0, 1, 1, 0], removed.Select(revisions => revisions.Count));
        engine.Check();
        await PurgeAsync(engine, new PurgeRequest("second", [second]));
        engine.Check();
        Assert.Equal(shared, await engine.ReadAsync("keeper", keeper, "file"));
    }

    [Fact]
    public async Task A_purge_of_nothing_moves_the_sequence_and_an_empty_one_does_not()
    {
        // As a CouchDB 3.5.0 does.
        await using var engine = await Engine.CreateAsync();
        Assert.Empty(await PurgeAsync(engine));
        Assert.Equal((0L, 0L, 0L, 0L), Numbers(engine));
        Assert.Equal(0, engine.Database.UpdateSequence);
        Assert.Equal([[]], await PurgeAsync(engine, new PurgeRequest("x", [Engine.Rev("1-a")])));
        Assert.Equal((1, 1), (engine.Database.UpdateSequence, engine.Database.ReadInfo().PurgeSequence));
        engine.Check();
    }

    [Fact]
    public async Task What_was_purged_is_told_up_to_the_limit_of_the_last_compaction()
    {
        await using var engine = await Engine.CreateAsync();
        for (var i = 0; i < 10; i++)
        {
            await PurgeAsync(engine, new PurgeRequest("doc" + i, [Engine.Rev($"{i + 1}-abc")]));
        }

        var infos = engine.Database.ReadPurgeInfos();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i + 1L, "doc" + i, $"{i + 1}-abc")), infos.Select(Shown));
        Assert.Equal(10, infos.Select(info => info.Uuid).Distinct().Count());
        var before = engine.Database.UpdateSequence;
        await engine.Database.SetPurgedInfosLimitAsync(3, CancellationToken.None);
        Assert.Equal((3, before + 1), (engine.Database.PurgedInfosLimit, engine.Database.UpdateSequence));
        Assert.Equal(10, engine.Database.ReadPurgeInfos().Count);
        await engine.Database.CompactAsync(CancellationToken.None);
        Assert.Equal([8L, 9L, 10L], engine.Database.ReadPurgeInfos().Select(info => info.PurgeSequence));
        engine.Check();
        await PurgeAsync(engine, new PurgeRequest("doc", []));
        await engine.RestartAsync();
        Assert.Equal([8L, 9L, 10L, 11L], engine.Database.ReadPurgeInfos().Select(info => info.PurgeSequence));
        engine.Check();
    }

    private static (long Sequence, string Id, string Revision) Shown(PurgeInfo info) =>
        (info.PurgeSequence, info.Id, info.Revisions.Single().ToString());

    private static (long Documents, long Deleted, long Purges, long Size) Numbers(Engine engine)
    {
        var info = engine.Database.ReadInfo();
        return (info.DocumentCount, info.DeletedCount, info.PurgeSequence, info.ExternalSize);
    }

    private static Task<IReadOnlyList<IReadOnlyList<RevisionId>>> PurgeAsync(Engine engine, params PurgeRequest[] requests) =>
        engine.Database.PurgeAsync(requests, CancellationToken.None);
}
