using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Compaction takes what no leaf needs, and nothing else, whatever goes on meanwhile.</summary>
public sealed class CompactionTests
{
    [Fact]
    public async Task Bodies_of_old_revisions_go_with_the_content_that_only_they_had()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", attachments: await engine.AttachAsync("old", Engine.Bytes(300_000, 1)));
        var second = await engine.PutAsync("doc", first, attachments: await engine.AttachAsync("new", Engine.Bytes(300_000, 2)));
        await engine.MergeAsync("doc", ["1-aa"]);
        await engine.Database.CompactAsync(CancellationToken.None);
        Assert.Null(engine.Database.Read("doc", first));
        Assert.False(engine.Database.IsAvailable("doc", first));
        Assert.True(engine.Database.IsAvailable("doc", second) && engine.Database.IsAvailable("doc", Engine.Rev("1-aa")));
        Assert.Equal(Engine.Bytes(300_000, 2), await engine.ReadAsync("doc", second, "new"));
        Assert.Equal(1, Blobs(engine));
        Assert.False(engine.Database.IsCompacting);
        engine.Check();
    }

    [Fact]
    public async Task Compaction_of_many_documents_goes_on_between_writes()
    {
        await using var engine = await Engine.CreateAsync();
        var revisions = new Dictionary<string, RevisionId>();
        for (var generation = 0; generation < 2; generation++)
        {
            var writes = Enumerable.Range(0, 1500).Select(i => Engine.Prepare("doc" + i, revisions.GetValueOrDefault("doc" + i))).ToArray();
            foreach (var outcome in await engine.WriteAsync(WriteMode.Interactive, writes))
            {
                revisions[outcome.Id] = outcome.Revision;
            }
        }

        var compaction = engine.Database.CompactAsync(CancellationToken.None);
        var joined = engine.Database.CompactAsync(CancellationToken.None);
        var edits = Task.Run(async () =>
        {
            var random = new Random(1);
            for (var i = 0; i < 300; i++)
            {
                var id = "doc" + random.Next(1600);
                revisions[id] = await engine.PutAsync(id, revisions.GetValueOrDefault(id), attachments: await engine.AttachAsync("file", Engine.Bytes(random.Next(200_000), i % 7)));
            }
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll(compaction, joined, edits);
        engine.Check();
        await engine.Database.CompactAsync(CancellationToken.None);
        Assert.All(revisions, document => Assert.Equal([document.Value.ToString()], engine.Leaves(document.Key)));
        Assert.Equal(revisions.Count, CountBodies(engine));
        engine.Check();
    }

    [Fact]
    public async Task A_power_failure_in_the_middle_of_compaction_leaves_what_is_needed()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            await using var engine = await Engine.CreateAsync();
            var last = default(RevisionId);
            for (var i = 0; i < 20; i++)
            {
                last = await engine.PutAsync("doc", last, attachments: await engine.AttachAsync("file", Engine.Bytes(i * 20_000, i)));
            }

            await engine.Database.CompactAsync(CancellationToken.None);
            engine.LosePower(new Random(seed));
            Assert.Equal(Engine.Bytes(19 * 20_000, 19), await engine.ReadAsync("doc", last, "file"));
            engine.Check();
            await engine.Database.CompactAsync(CancellationToken.None);
            engine.Check();
            Assert.Equal(1, CountBodies(engine));
        }
    }

    private static int CountBodies(Engine engine) => Count(engine, Storage.Keyspace.Bodies, 0);

    private static int Blobs(Engine engine) => Count(engine, Storage.Keyspace.Attachments, 12);

    private static int Count(Engine engine, Storage.Keyspace space, int prefix)
    {
        var keys = new HashSet<string>();
        using var rows = engine.Store.Scan(space, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        while (rows.MoveNext())
        {
            keys.Add(Convert.ToHexString(prefix == 0 ? rows.Key : rows.Key[..prefix]));
        }

        return keys.Count;
    }
}
