using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Whoever writes, no document has an id that documents may not have.</summary>
public sealed class IllegalIdTests
{
    private const int MaxLength = 20;

    public static TheoryData<string, string> Ids => new()
    {
        { "", "Document id must not be empty" },
        { "_local/a", "Illegal document id `_local/a`" },
        { "_local/", "Illegal document id `_local/`" },
        { "_local", "Only reserved document ids may start with underscore." },
        { "_design/", "Illegal document id `_design/`" },
        { "_design", "Only reserved document ids may start with underscore." },
        { "_a", "Only reserved document ids may start with underscore." },
        { "a\ud800", "Document id must be valid UTF-8" },
        { "aaaaaaaaaaaaaaaaaaaaa", "Document id is too long" },
        { "ééééééééééé", "Document id is too long" },
    };

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task It_is_refused_and_the_others_of_its_batch_are_written(string id, string reason)
    {
        var limits = new DocumentLimits { MaxDocumentIdLength = MaxLength };
        await using var engine = await Engine.CreateAsync(new EngineOptions { Limits = () => limits });
        var edits = await engine.WriteAsync(
            WriteMode.Interactive, Engine.Prepare("a", default), Engine.Prepare(id, default), Engine.Prepare("_design/a", default));
        var replicated = await engine.WriteAsync(
            WriteMode.Replicated, Engine.PrepareMerge("b", ["1-aa"]), Engine.PrepareMerge(id, ["1-aa"]), Engine.PrepareMerge("_design/b", ["1-aa"]));

        foreach (var outcomes in new[] { edits, replicated })
        {
            Assert.Equal([true, false, true], outcomes.Select(static outcome => outcome.IsSuccess));
            Assert.Equal((id, new DocumentError(400, "illegal_docid", reason)), (outcomes[1].Id, outcomes[1].Error));
        }

        Assert.Equal(Engine.Rev("1-aa"), replicated[1].Revision);
        Assert.Equal(["_design/a", "a", "_design/b", "b"], engine.Changes().Select(static change => change.Id));
        engine.Check();
    }

    /// <summary>Earlier builds took them from replications.</summary>
    [Fact]
    public async Task One_that_is_stored_can_be_read_and_purged()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("xlocal/a", ["2-bb", "1-aa"], """{"a":1}""");
        await engine.Catalogue.DisposeAsync();
        using var store = Renamed(engine.Store, "xlocal/a", "_local/a");
        await using var catalogue = DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System);
        var database = catalogue.Find("db")!;
        using (var stored = database.Read("_local/a", Engine.Rev("2-bb")))
        {
            Assert.NotNull(stored);
        }

        var edit = Engine.PrepareMerge("_local/a", ["3-cc", "2-bb"]);
        Assert.Equal(400, (await database.WriteAsync([edit], WriteMode.Replicated, CancellationToken.None))[0].Error?.Status);

        var purged = await database.PurgeAsync([new PurgeRequest("_local/a", [Engine.Rev("2-bb")])], CancellationToken.None);

        Assert.Equal([[Engine.Rev("2-bb")]], purged);
        Assert.Null(database.Find("_local/a"));
        Assert.Equal(0, database.DocumentCount);
        using var changes = database.ReadChanges(0);
        Assert.False(changes.MoveNext());
    }

    /// <summary>A store in which a document has another id of the same length.</summary>
    private static MemoryStore Renamed(MemoryStore store, string id, string other)
    {
        var renamed = new MemoryStore();
        using var batch = renamed.CreateBatch();
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            using var rows = store.Scan(space, [], Enumerable.Repeat((byte)0xFF, 64).ToArray());
            while (rows.MoveNext())
            {
                batch.Put(space, Rename(rows.Key), Rename(rows.Value));
            }
        }

        renamed.Commit(batch, sync: true);
        return renamed;

        byte[] Rename(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).Replace(id, other, StringComparison.Ordinal));
    }
}
