using System.Globalization;
using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;
using CloudWall.Storage;
using CloudWall.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Indexing.Tests.Building;

public sealed class IndexBuildTests
{
    private static readonly IndexDefinition Definition = new(
        "00112233445566778899aabbccddeeff", [new ViewDefinition(["_sum", ListedRows.Custom]), new ViewDefinition([])]);

    private static readonly IndexingOptions SmallSteps = new() { BatchDocuments = 7, MapThreads = 2, NewSeed = static () => 7 };

    [Fact]
    public async Task An_update_maps_only_what_has_changed()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Documents(0, 100));
        await indexed.UpdateAsync();
        Assert.Equal(100, indexed.Functions.Mapped);
        await indexed.PutAsync("doc-5", "{\"rows\":[[0,5,50]]}");
        await indexed.PutAsync("doc-6", "{}", deleted: true);
        await indexed.UpdateAsync();
        await indexed.UpdateAsync();
        Assert.Equal(101, indexed.Functions.Mapped);
        Assert.Equal(99, indexed.Rows().Count);
        Assert.Equal([$"null {Enumerable.Range(0, 100).Sum() - 5 - 6 + 50}"], indexed.Reduced(0, 0));
    }

    /// <summary>Review, attack 13: what is emitted ends a step, not only what goes in.</summary>
    [Fact]
    public async Task A_step_with_many_rows_is_written_in_parts()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps with { BatchDocuments = 500, StepRowBytes = 1000 });
        await indexed.PutAllAsync(Documents(0, 700));
        await indexed.UpdateAsync();
        Assert.Equal(700, indexed.Rows().Count);
        Assert.Equal(700, indexed.Functions.Mapped);
        Assert.Equal([$"null {Enumerable.Range(0, 700).Sum()}"], indexed.Reduced(0, 0));
        Assert.InRange(indexed.Functions.MostAtOnce, 1, 128);
        await indexed.PutAllAsync(Documents(700, 300));
        await indexed.PutAsync("doc-5", "{}", deleted: true);
        await indexed.UpdateAsync();
        Assert.Equal(999, indexed.Rows().Count);
        await indexed.ReopenAsync();
        Assert.Equal([$"null {Enumerable.Range(0, 1000).Sum() - 5}"], indexed.Reduced(0, 0));
    }

    /// <summary>Review, attack 13: one call gives as many rows as there is room for, and those of one document more.</summary>
    [Fact]
    public async Task A_call_gives_no_more_rows_than_there_is_room_for()
    {
        const int Row = 500;
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps with { BatchDocuments = 500, StepRowBytes = 5000 });
        await indexed.PutAllAsync(Enumerable.Range(0, 300).Select(static i => (
            string.Create(CultureInfo.InvariantCulture, $"doc-{i:000}"),
            i % 3 == 0 ? "{}" : string.Create(CultureInfo.InvariantCulture, $"{{\"rows\":[[1,{i},\"{new string('x', Row)}\"]]}}"))));
        await indexed.UpdateAsync();
        Assert.Equal(200, indexed.Rows(1).Count);
        Assert.Equal(300, indexed.Functions.Mapped);
        Assert.InRange(indexed.Functions.MostBytes, Row, 5000 + (2 * Row));
    }

    [Fact]
    public async Task An_index_goes_on_where_it_was_when_it_is_opened_again()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Documents(0, 100));
        await indexed.UpdateAsync();
        await indexed.ReopenAsync();
        await indexed.PutAllAsync(Documents(100, 10));
        Assert.Equal(100, indexed.Rows().Count);
        await indexed.UpdateAsync();
        Assert.Equal(110, indexed.Functions.Mapped);
        Assert.Equal([$"null {Enumerable.Range(0, 110).Sum()}"], indexed.Reduced(0, 0));
    }

    /// <summary>Review, attack 12: a build that has begun must not fill the disk either.</summary>
    [Theory]
    [InlineData(7, 8 << 20, 5)]
    [InlineData(500, 50, 3)]
    public async Task A_build_ends_between_two_steps_where_the_disk_becomes_full_and_the_next_goes_on_from_there(int documents, int rowBytes, int last)
    {
        var asked = 0;
        var isFull = false;
        var full = new DocumentError(507, "insufficient_storage", "not enough room to update index");
        await using var indexed = await IndexedDatabase.CreateAsync(
            Definition,
            options: SmallSteps with
            {
                BatchDocuments = documents,
                StepRowBytes = rowBytes,
                Refuse = _ => isFull || Interlocked.Increment(ref asked) == last ? full : null,
            });
        await indexed.PutAllAsync(Documents(0, 100));
        var refused = await Assert.ThrowsAsync<DocumentException>(indexed.UpdateAsync);
        Assert.Equal(full, refused.Error);
        var mapped = indexed.Functions.Mapped;
        Assert.InRange(mapped, 1, 99);
        isFull = true;
        await Assert.ThrowsAsync<DocumentException>(indexed.UpdateAsync);
        Assert.Equal(mapped, indexed.Functions.Mapped);
        isFull = false;
        await indexed.UpdateAsync();
        Assert.Equal(100, indexed.Rows().Count);

        // What is up to date needs no room.
        isFull = true;
        await indexed.UpdateAsync();
        Assert.Equal([$"null {Enumerable.Range(0, 100).Sum()}"], indexed.Reduced(0, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Offsets_and_reductions_agree_with_rows_however_many_threads_made_the_nodes(int threads)
    {
        const int All = 3000;
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps with { BatchDocuments = 100, MapThreads = threads });
        await indexed.PutAllAsync(Documents(0, All));
        await indexed.UpdateAsync();
        Check(0);
        await indexed.PutAsync("doc-1500", "{\"rows\":[[0,1500,2500]]}");
        await indexed.PutAsync("doc-2999", "{\"rows\":[[0,2999,3999]]}");
        await indexed.UpdateAsync();
        Check(1000);

        void Check(int more)
        {
            for (var from = 0; from < All; from += 61)
            {
                var query = new ViewQuery { StartKey = System.Text.Encoding.UTF8.GetBytes(from.ToString(CultureInfo.InvariantCulture)) };
                using var snapshot = indexed.Index.Read(0);
                using var rows = snapshot.ReadRows(query);
                Assert.Equal(from, rows.Offset);
                Assert.True(rows.MoveNext());
                Assert.Equal(query.StartKey.Value.ToArray(), rows.Key.ToArray());
                using var backwards = snapshot.ReadRows(query with { Descending = true });
                Assert.Equal(All - 1 - from, backwards.Offset);
                var sum = Enumerable.Range(from, All - from).Sum() + (from <= 1500 ? more : 0) + more;
                Assert.Equal([$"null {sum}"], indexed.Reduced(0, 0, query));
            }
        }
    }

    [Fact]
    public async Task A_build_that_ends_at_any_commit_leaves_an_index_that_tells_the_truth()
    {
        for (var last = 0; ; last++)
        {
            var store = new MemoryStore();
            await using var indexed = await IndexedDatabase.CreateAsync(Definition, store, SmallSteps);
            await indexed.PutAllAsync(Documents(0, 30));
            await indexed.UpdateAsync();
            await indexed.PutAllAsync(Documents(30, 60));
            var commits = 0;
            store.FailCommits = _ => commits++ >= last;
            try
            {
                await indexed.UpdateAsync();
                Assert.True(last > 5);
                store.FailCommits = null;
                return;
            }
            catch (StorageException)
            {
            }

            store.FailCommits = null;
            var random = new Random(last);
            await indexed.ReopenAsync(store.LoseUnsynced(last % 2 == 0 ? random : null));
            TellsTheTruth(indexed);
            await indexed.UpdateAsync();
            Assert.Equal(90, TellsTheTruth(indexed));
        }
    }

    [Fact]
    public async Task Many_changes_and_a_plug_that_is_pulled_at_any_commit_leave_an_index_that_tells_the_truth()
    {
        for (var last = 0; ; last += 3)
        {
            var store = new MemoryStore();
            await using var indexed = await IndexedDatabase.CreateAsync(Definition, store, SmallSteps with { BatchDocuments = 150 });
            await indexed.PutAllAsync(Documents(0, 100));
            await indexed.UpdateAsync();
            await indexed.PutAllAsync(Documents(100, 2500));
            var commits = 0;
            store.FailCommits = _ => commits++ >= last;
            try
            {
                await indexed.UpdateAsync();
                Assert.True(last > 15);
                store.FailCommits = null;
                return;
            }
            catch (StorageException)
            {
            }

            store.FailCommits = null;
            TellsTheTruth(indexed);
            await indexed.ReopenAsync(store.LoseUnsynced(new Random(last)));
            TellsTheTruth(indexed);
            await indexed.UpdateAsync();
            Assert.Equal(2600, TellsTheTruth(indexed));
        }
    }

    [Fact]
    public async Task A_reduction_of_a_long_range_looks_at_few_rows()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Documents(0, 20_000));
        await indexed.UpdateAsync();
        var before = indexed.Functions.Reduced;
        var line = indexed.Reduced(0, 1, new ViewQuery { StartKey = "17"u8.ToArray(), EndKey = "19982"u8.ToArray() });
        Assert.Equal([$"null {ListedRows.CustomOf(Enumerable.Range(17, 19_966).Select(static n => n.ToString(CultureInfo.InvariantCulture)))}"], line);
        Assert.InRange(indexed.Functions.Reduced - before, 1, 1000);
        before = indexed.Functions.Reduced;
        await indexed.PutAsync("doc-7000", "{\"rows\":[[0,7000,1]]}");
        await indexed.UpdateAsync();
        Assert.InRange(indexed.Functions.Reduced - before, 1, 1000);
    }

    [Fact]
    public async Task Purges_that_are_no_longer_remembered_make_an_index_begin_anew()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.Database.SetPurgedInfosLimitAsync(1, CancellationToken.None);
        await indexed.PutAllAsync(Documents(0, 10));
        await indexed.UpdateAsync();
        for (var n = 0; n < 4; n++)
        {
            await indexed.PurgeAsync($"doc-{n}");
        }

        await indexed.Database.CompactAsync(CancellationToken.None);
        await indexed.UpdateAsync();
        Assert.Equal(["doc-4 4 4", "doc-5 5 5", "doc-6 6 6", "doc-7 7 7", "doc-8 8 8", "doc-9 9 9"], indexed.Rows());
    }

    [Fact]
    public async Task A_purge_while_a_build_is_awaited_does_not_keep_anyone_waiting()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Documents(0, 10));
        indexed.Functions.BeforeMap = () =>
        {
            indexed.Functions.BeforeMap = static () => { };
            indexed.PurgeAsync("doc-3").Wait(TestContext.Current.CancellationToken);
        };
        await indexed.UpdateAsync();
        await indexed.UpdateAsync();
        Assert.Equal(9, indexed.Rows().Count);
    }

    [Fact]
    public async Task What_functions_fail_with_is_told_to_who_waits_and_the_next_update_tries_again()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps);
        await indexed.PutAllAsync(Documents(0, 100));
        indexed.Functions.BeforeMap = () => throw new DocumentException(new DocumentError(500, "map_runtime_error", "no"));
        Assert.Equal("no", (await Assert.ThrowsAsync<DocumentException>(indexed.UpdateAsync)).Error.Reason);
        indexed.Functions.BeforeMap = static () => { };
        await indexed.UpdateAsync();
        Assert.Equal(100, indexed.Rows().Count);
    }

    [Fact]
    public async Task A_database_that_is_deleted_while_it_is_indexed_ends_the_build()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: SmallSteps);
        await indexed.PutAllAsync(Documents(0, 100));
        using var reached = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        indexed.Functions.BeforeMap = () =>
        {
            reached.Release();
            go.Wait(TestContext.Current.CancellationToken);
        };
        var index = indexed.Index;
        var update = index.UpdateAsync(CancellationToken.None);
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        await indexed.Catalogue.DeleteAsync("db", CancellationToken.None);
        go.Release(1000);
        Assert.Equal(404, (await Assert.ThrowsAsync<DocumentException>(() => update)).Error.Status);
        await indexed.Indexes.RemoveAsync(index.Database.Incarnation, Definition.Signature);
        Assert.Empty(indexed.Indexes.Signatures(index.Database.Incarnation));
    }

    [Fact]
    public async Task Indexes_of_databases_that_are_gone_are_removed_when_indexes_are_opened()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Documents(0, 10));
        await indexed.UpdateAsync();
        var incarnation = indexed.Database.Incarnation;
        Assert.Equal([Definition.Signature], indexed.Indexes.Signatures(incarnation));
        await indexed.Catalogue.DeleteAsync("db", CancellationToken.None);
        await indexed.ReopenAsync();
        Assert.Empty(indexed.Indexes.Signatures(incarnation));
        using var left = indexed.Derived.Scan(Keyspace.Meta, [0, 0, 0, 1], [0xFF]);
        Assert.False(left.MoveNext());
    }

    [Fact]
    public async Task No_more_builds_run_at_once_than_there_may()
    {
        // Time stands still, or builds whose functions wait would lose their turns.
        await using var indexed = await IndexedDatabase.CreateAsync(
            Definition,
            options: SmallSteps with { ConcurrentBuilds = 1, MapThreads = 1, BatchDocuments = 1000, Time = new FakeTimeProvider() });
        await indexed.PutAllAsync(Documents(0, 10));
        using var reached = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        indexed.Functions.BeforeMap = () =>
        {
            reached.Release();
            go.Wait(TestContext.Current.CancellationToken);
        };
        var others = Enumerable.Range(1, 2).Select(static number => $"f{number}112233445566778899aabbccddeeff")
            .Select(signature => indexed.Indexes.Open(indexed.Database, Definition with { Signature = signature }, () => indexed.Functions))
            .ToArray();
        var updates = Task.WhenAll([indexed.UpdateAsync(), .. others.Select(static other => other.UpdateAsync(CancellationToken.None))]);

        // One has the long turn, and one the quick one.
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => indexed.Indexes.Builds.Waiting == 1, TimeSpan.FromSeconds(60)));
        Assert.Equal(0, reached.CurrentCount);
        go.Release(3);
        await updates;
        Assert.Equal(1, reached.CurrentCount);
        Assert.All(others, static other => Assert.False(other.ReadInfo().UpdaterRunning));
    }

    private static IEnumerable<(string Id, string Body)> Documents(int first, int count) =>
        Enumerable.Range(first, count).Select(static n => ($"doc-{n}", $"{{\"rows\":[[0,{n},{n}]]}}"));

    /// <summary>Rows and reductions are those of the documents up to the update sequence that the index says.</summary>
    /// <returns>How many rows there are.</returns>
    private static int TellsTheTruth(IndexedDatabase indexed)
    {
        using var snapshot = indexed.Index.Read(0);
        var expected = new List<int>();
        using (var changes = indexed.Database.ReadChanges(0))
        {
            while (changes.MoveNext())
            {
                var number = int.Parse(System.Text.Encoding.UTF8.GetString(changes.Id)["doc-".Length..], CultureInfo.InvariantCulture);
                if (changes.Sequence <= snapshot.UpdateSequence)
                {
                    expected.Add(number);
                }
            }
        }

        expected.Sort();
        Assert.Equal(expected.Count, snapshot.TotalRows);
        Assert.Equal(expected.Select(static n => $"doc-{n} {n} {n}"), indexed.Rows());
        Assert.Equal(expected.Count == 0 ? [] : [$"null {expected.Sum()}"], indexed.Reduced(0, 0));
        Assert.Equal(
            expected.Count == 0 ? [] : [$"null {ListedRows.CustomOf(expected.Select(static n => n.ToString(CultureInfo.InvariantCulture)))}"],
            indexed.Reduced(0, 1));
        return expected.Count;
    }
}
