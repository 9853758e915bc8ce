using System.Text;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Local documents have no history and are in no feed.</summary>
public sealed class LocalDocumentTests
{
    [Fact]
    public async Task A_local_document_counts_its_writes_from_the_revision_named()
    {
        await using var engine = await Engine.CreateAsync();
        var database = engine.Database;
        Assert.Null(database.FindLocal("_local/a"));
        Assert.Equal(1, await WriteAsync(engine, "_local/a", 0, "{\"v\":1}"));
        Assert.Equal(2, await WriteAsync(engine, "_local/a", 1, "{\"v\":2}"));
        Assert.Equal(43, await WriteAsync(engine, "_local/a", 42, "{\"v\":3}"));
        var found = database.FindLocal("_local/a")!;
        Assert.Equal(("_local/a", 43L, "{\"v\":3}"), (found.Id, found.Revision, Encoding.UTF8.GetString(found.Body.Span)));
        Assert.Equal((1, 0), (database.LocalCount, database.UpdateSequence));
        Assert.Equal(0, await WriteAsync(engine, "_local/a", 43, null));
        Assert.Equal(0, await WriteAsync(engine, "_local/a", 43, null));
        Assert.Null(database.FindLocal("_local/a"));
        Assert.Equal(0, database.LocalCount);
        engine.Check();
    }

    [Fact]
    public async Task A_revision_that_cannot_be_counted_on_is_refused()
    {
        await using var engine = await Engine.CreateAsync();
        foreach (var revision in new[] { long.MaxValue, -1, long.MinValue })
        {
            var refused = await Assert.ThrowsAsync<DocumentException>(() => WriteAsync(engine, "_local/a", revision, "{}"));
            Assert.Equal(400, refused.Error.Status);
        }

        Assert.Equal(long.MaxValue, await WriteAsync(engine, "_local/a", long.MaxValue - 1, "{}"));
        engine.Check();
    }

    [Fact]
    public async Task Local_documents_survive_a_power_failure_and_are_listed_in_the_order_of_their_bytes()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        string[] ids = ["_local/", "_local/A", "_local/a", "_local/a\0", "_local/ab", "_local/é", "_local/\uFFFD", "_local/\U00010000"];
        var writes = ids.Reverse().Select(id => WriteAsync(engine, id, 0, "{}")).ToList();
        writes.Add(WriteAsync(engine, "_local/a", 0, null));
        writes.Add(WriteAsync(engine, "_local/a", 6, "{}"));
        scheduler.Run();
        await Task.WhenAll(writes);
        engine.LosePower();
        engine.Check();
        Assert.Equal(ids.Length, engine.Database.LocalCount);
        Assert.Equal(ids, Ids(engine, new KeyRange()));
        Assert.Equal(ids.Reverse(), Ids(engine, new KeyRange(Descending: true)));
        Assert.Equal(["_local/a", "_local/a\0"], Ids(engine, new KeyRange("_local/a", "_local/ab", InclusiveEnd: false)));
        Assert.Equal(["_local/ab", "_local/a\0", "_local/a"], Ids(engine, new KeyRange("_local/ab", "_local/a", Descending: true)));
        Assert.Empty(Ids(engine, new KeyRange("_local/b", "_local/a")));
        Assert.Equal(7, engine.Database.FindLocal("_local/a")!.Revision);
    }

    [Fact]
    public async Task A_long_walk_over_local_documents_meets_each_once()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var ids = Enumerable.Range(0, 9000).Select(i => $"_local/{i:D5}").ToList();
        var writes = ids.Select(id => WriteAsync(engine, id, 0, "{}")).ToList();
        scheduler.Run();
        await Task.WhenAll(writes);
        Assert.Equal(ids, Ids(engine, new KeyRange()));
        Assert.Equal(Enumerable.Reverse(ids), Ids(engine, new KeyRange(Descending: true)));
        Assert.Equal(ids[4000..8500], Ids(engine, new KeyRange(ids[4000], ids[8500], InclusiveEnd: false)));
    }

    [Fact]
    public async Task A_long_one_is_not_copied_to_be_read()
    {
        await using var engine = await Engine.CreateAsync();
        var body = $$"""{"text":"{{new string('x', 1_000_000)}}"}""";
        await WriteAsync(engine, "_local/long", 3, body);
        await WriteAsync(engine, "_local/short", 0, "{}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var read in engine.Database.ScanLocal(new KeyRange()))
        {
            read.Dispose();
        }

        using var found = engine.Database.FindLocal("_local/long")!;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
        Assert.Equal((4, body), (found.Revision, Encoding.UTF8.GetString(found.Body.Span)));
        Assert.Equal(["_local/long", "_local/short"], Ids(engine, new KeyRange()));
    }

    [Fact]
    public async Task Security_is_null_until_it_is_set_and_then_what_was_set_last()
    {
        await using var engine = await Engine.CreateAsync();
        Assert.Null(engine.Database.Security);
        await engine.Database.SetSecurityAsync("{\"v\":1}"u8.ToArray(), CancellationToken.None);
        await engine.Database.SetSecurityAsync("{\"v\":2}"u8.ToArray(), CancellationToken.None);
        Assert.Equal("{\"v\":2}", Encoding.UTF8.GetString(engine.Database.Security!.Value.Span));
        Assert.Equal(2, engine.Database.UpdateSequence);
        engine.Store.FailCommits = _ => true;
        await Assert.ThrowsAsync<Storage.StorageException>(
            () => engine.Database.SetSecurityAsync("{\"v\":3}"u8.ToArray(), CancellationToken.None));
        Assert.Equal("{\"v\":2}", Encoding.UTF8.GetString(engine.Database.Security!.Value.Span));
        engine.LosePower();
        Assert.Equal("{\"v\":2}", Encoding.UTF8.GetString(engine.Database.Security!.Value.Span));
        engine.Check();
    }

    private static Task<long> WriteAsync(Engine engine, string id, long revision, string? body) => engine.Database.WriteLocalAsync(
        id, revision, body is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(body), CancellationToken.None);

    private static IEnumerable<string> Ids(Engine engine, KeyRange range) =>
        engine.Database.ScanLocal(range).Select(document => document.Id);
}
