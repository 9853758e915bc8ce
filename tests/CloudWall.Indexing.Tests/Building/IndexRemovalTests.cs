using System.Globalization;
using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Indexing.Tests.Building;

/// <summary>Review, A4 and its siblings: indexes that are removed, closed or abandoned while they are built or read.</summary>
public sealed class IndexRemovalTests
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(60);

    private static readonly IndexDefinition Definition = new("00112233445566778899aabbccddeeff", [new ViewDefinition(["_sum"])]);

    private static readonly IndexingOptions SmallSteps = new() { BatchDocuments = 7, MapThreads = 2, NewSeed = static () => 7 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_that_is_removed_while_it_is_built_leaves_the_one_that_takes_its_place_alone()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps);
        await indexed.PutAllAsync(Documents(0, 2500));
        using var reached = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var calls = 0;
        indexed.Functions.BeforeRows = () =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                reached.Release();
                go.Wait(Cancellation);
            }
        };
        var first = indexed.Index;
        var update = first.UpdateAsync(CancellationToken.None);
        await reached.WaitAsync(Cancellation);

        var removal = indexed.Indexes.RemoveAsync(indexed.Database.Incarnation, Definition.Signature);
        var second = indexed.Index;
        Assert.NotSame(first, second);
        Assert.True(await second.UpdateAsync(CancellationToken.None));
        go.Release();
        await removal;
        Assert.False(await update);

        Assert.Equal(2500, Total(second));
        Assert.Equal([$"null {Enumerable.Range(0, 2500).Sum()}"], indexed.Reduced(0, 0));
        await indexed.PutAllAsync(Documents(2500, 1));
        await indexed.UpdateAsync();
        Assert.Equal(2501, Total(indexed.Index));
        Assert.Equal(2501, indexed.Rows().Count);
    }

    [Fact]
    public async Task Indexes_whose_rows_another_engine_made_are_removed_when_the_catalogue_is_opened()
    {
        var engine = "engine 1";
        await using var indexed = await IndexedDatabase.CreateAsync(
            Definition with { Engine = "engine 1" }, options: new IndexingOptions { IsCurrent = name => name == engine || name.Length == 0 });
        await indexed.PutAllAsync(Documents(0, 20));
        await indexed.UpdateAsync();
        var incarnation = indexed.Database.Incarnation;
        await indexed.Indexes.Open(indexed.Database, Definition with { Signature = "another" }, static () => new ListedRows())
            .UpdateAsync(CancellationToken.None);

        await indexed.ReopenAsync();
        Assert.Equal(["00112233445566778899aabbccddeeff", "another"], indexed.Indexes.Signatures(incarnation).Order());

        engine = "engine 2";
        await indexed.ReopenAsync();
        Assert.Equal(["another"], indexed.Indexes.Signatures(incarnation));

        // Nothing of it is in the store any more.
        await indexed.Indexes.RemoveAsync(incarnation, "another");
        using var rest = indexed.Derived.Scan(IndexKeys.Space, IndexKeys.Index(1), IndexKeys.Index(3));
        Assert.False(rest.MoveNext());
    }

    [Fact]
    public async Task A_reader_of_an_index_that_is_removed_reads_to_the_end_and_then_its_rows_go()
    {
        using var store = new DiscardingStore();
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, store);
        await indexed.PutAllAsync(Documents(0, 3000));
        await indexed.UpdateAsync();
        store.Sync();
        using (var snapshot = indexed.Index.Read(0))
        {
            await indexed.Indexes.RemoveAsync(indexed.Database.Incarnation, Definition.Signature);
            Assert.Equal(0, store.Discarded);
            Assert.Empty(indexed.Indexes.Signatures(indexed.Database.Incarnation));
            using var rows = snapshot.ReadRows(new ViewQuery());
            var count = 0;
            while (rows.MoveNext())
            {
                count++;
            }

            Assert.Equal(3000, count);
        }

        Assert.Equal(1, store.Discarded);
        Assert.False(HasRows(store));
    }

    [Fact]
    public async Task A_reader_that_pauses_lets_the_rows_of_a_removed_index_go_and_is_told_so()
    {
        using var store = new DiscardingStore();
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, store);
        await indexed.PutAllAsync(Documents(0, 3000));
        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        using var rows = snapshot.ReadRows(new ViewQuery());
        Assert.True(rows.MoveNext());
        await indexed.Indexes.RemoveAsync(indexed.Database.Incarnation, Definition.Signature);
        snapshot.Pause();
        Assert.Equal(1, store.Discarded);
        Assert.Equal(404, Assert.Throws<DocumentException>(() => rows.MoveNext()).Error.Status);
    }

    [Fact]
    public async Task What_a_crash_left_of_a_removed_index_goes_when_the_indexes_are_opened()
    {
        var store = new MemoryStore();
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, store);
        await indexed.PutAllAsync(Documents(0, 100));
        await indexed.UpdateAsync();
        var reader = indexed.Index.Read(0);
        await indexed.Indexes.RemoveAsync(indexed.Database.Incarnation, Definition.Signature);
        store.Sync();
        var left = store.LoseUnsynced();
        reader.Dispose();
        Assert.True(HasRows(left));
        await indexed.ReopenAsync(left);
        Assert.False(HasRows(left));
        await indexed.UpdateAsync();
        Assert.Equal(100, indexed.Rows().Count);
    }

    [Fact]
    public async Task A_deleted_database_gets_no_index_any_more()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        var database = indexed.Database;
        await indexed.Catalogue.DeleteAsync("db", Cancellation);
        var refusal = Assert.Throws<DocumentException>(() => indexed.Indexes.Open(database, Definition, () => indexed.Functions));
        Assert.Equal(404, refusal.Error.Status);
        Assert.Empty(indexed.Indexes.Signatures(database.Incarnation));
    }

    /// <summary>Review, A8: the store was written to under the lock that every query takes.</summary>
    [Fact]
    public async Task An_index_is_found_while_the_store_is_slow_to_take_another()
    {
        using var reached = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var store = new MemoryStore();
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, store);
        var known = indexed.Index;
        store.FailCommits = _ =>
        {
            store.FailCommits = null;
            reached.Release();
            go.Wait(Cancellation);
            return false;
        };
        var opening = Task.Run(
            () => indexed.Indexes.Open(indexed.Database, Definition with { Signature = "ff112233445566778899aabbccddeeff" }, () => indexed.Functions),
            Cancellation);
        await reached.WaitAsync(Cancellation);
        try
        {
            Assert.Same(known, await Task.Run(() => indexed.Index, Cancellation).WaitAsync(TooLong, Cancellation));
        }
        finally
        {
            go.Release();
        }

        Assert.NotSame(known, await opening);
    }

    [Fact]
    public async Task A_build_that_nobody_waits_for_ends_when_its_design_document_is_replaced()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps with { MapThreads = 1, BatchDocuments = 1 });
        await indexed.PutAllAsync(Documents(0, 200));
        var index = indexed.Index;
        indexed.Functions.BeforeRows = () => indexed.Indexes.Abandon(indexed.Database.Incarnation, Definition.Signature);
        index.UpdateInBackground();
        await WaitUntilAsync(() => indexed.Functions.Mapped > 0 && !index.ReadInfo().UpdaterRunning);
        Assert.InRange(indexed.Functions.Mapped, 1, 10);

        // Whoever waits gets all the same what was asked for.
        Assert.True(await index.UpdateAsync(Cancellation));
        Assert.Equal(200, Total(index));
    }

    [Fact]
    public async Task Indexes_that_are_not_used_are_closed_and_open_again()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps with { MostOpen = 3 });
        await indexed.PutAllAsync(Documents(0, 10));
        await indexed.UpdateAsync();
        var first = indexed.Index;
        var inUse = Open(0);
        await inUse.UpdateAsync(Cancellation);
        using var snapshot = inUse.Read(0);
        for (var n = 1; n <= 20; n++)
        {
            Assert.True(await Open(n).UpdateAsync(Cancellation));
            Assert.InRange(indexed.Indexes.Opened.Count, 2, 3);
        }

        Assert.Contains(inUse, indexed.Indexes.Opened);
        Assert.DoesNotContain(first, indexed.Indexes.Opened);
        Assert.Null(first.TryRead(0));
        Assert.False(await first.UpdateAsync(Cancellation));
        Assert.Equal(10, Total(indexed.Index));
        Assert.Equal(22 * 10, indexed.Functions.Mapped);

        ViewIndex Open(int n) => indexed.Indexes.Open(
            indexed.Database, Definition with { Signature = n.ToString("x32", CultureInfo.InvariantCulture) }, () => indexed.Functions);
    }

    [Fact]
    public async Task Indexes_that_are_closed_do_not_wait_for_files_to_be_compacted()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        Assert.False(indexed.Derived.ReclaimSuspended);
        await indexed.Indexes.DisposeAsync();
        Assert.True(indexed.Derived.ReclaimSuspended);
        await indexed.ReopenAsync();
        Assert.False(indexed.Derived.ReclaimSuspended);
    }

    private static IEnumerable<(string Id, string Body)> Documents(int first, int count) =>
        Enumerable.Range(first, count).Select(static n => ($"doc-{n}", $"{{\"rows\":[[0,{n},{n}]]}}"));

    private static long Total(ViewIndex index)
    {
        using var snapshot = index.Read(0);
        return snapshot.TotalRows;
    }

    private static bool HasRows(KeyValueStore store)
    {
        using var left = store.Scan(Keyspace.Meta, [0, 0, 0, 1], [0xFF]);
        return left.MoveNext();
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, Cancellation);
        }
    }
}
