using CloudWall.Documents.Databases;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Views;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Indexing.Tests.Building;

/// <summary>Review, house A3: builds that take long share turns with those of other databases.</summary>
public sealed class BuildTurnsTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Databases_take_turns()
    {
        var turns = new BuildTurns(1, _time);
        var order = new List<string>();
        var first = await turns.TakeAsync("a", Cancellation);
        Task[] all = [BuildAsync("a"), BuildAsync("a"), BuildAsync("a"), BuildAsync("b"), BuildAsync("b"), BuildAsync("c")];
        first.Dispose();
        await Task.WhenAll(all).WaitAsync(Hang, Cancellation);
        Assert.Equal(["a", "b", "c", "a", "b", "a"], order);
        Assert.Equal(0, turns.Waiting);

        async Task BuildAsync(string database)
        {
            using var turn = await turns.TakeAsync(database, Cancellation);
            order.Add(database);
        }
    }

    [Fact]
    public async Task A_database_that_has_no_turn_comes_before_one_that_has()
    {
        var turns = new BuildTurns(2, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        var b = await turns.TakeAsync("b", Cancellation);
        var more = turns.TakeAsync("a", Cancellation);
        var other = turns.TakeAsync("c", Cancellation);
        b.Dispose();
        using var c = await other.WaitAsync(Hang, Cancellation);
        Assert.False(more.IsCompleted);
        a.Dispose();
        using var last = await more.WaitAsync(Hang, Cancellation);
    }

    [Fact]
    public async Task A_turn_is_over_where_others_wait_and_it_was_long()
    {
        var turns = new BuildTurns(1, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        _time.Advance(BuildTurns.Length);
        Assert.False(a.IsOver);
        var b = turns.TakeAsync("b", Cancellation);
        Assert.True(a.IsOver);
        var again = a.GiveWayAsync(Cancellation);
        using var given = await b.WaitAsync(Hang, Cancellation);
        Assert.False(given.IsOver);
        Assert.False(again.IsCompleted);
        given.Dispose();
        await again.WaitAsync(Hang, Cancellation);
        Assert.False(a.IsOver);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_turn()
    {
        var turns = new BuildTurns(1, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = turns.TakeAsync("b", leaving.Token);
        var next = turns.TakeAsync("c", Cancellation);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        a.Dispose();
        using var c = await next.WaitAsync(Hang, Cancellation);
        c.Dispose();
        using var d = await turns.TakeAsync("d", Cancellation).WaitAsync(Hang, Cancellation);
    }

    [Fact]
    public async Task A_long_build_lets_that_of_another_database_pass()
    {
        var definition = new IndexDefinition("00112233445566778899aabbccddeeff", [new ViewDefinition([])]);
        await using var indexed = await IndexedDatabase.CreateAsync(
            definition, options: new IndexingOptions { ConcurrentBuilds = 1, BatchDocuments = 7, MapThreads = 2, Time = _time, NewSeed = static () => 7 });
        await indexed.PutAllAsync(Enumerable.Range(0, 700).Select(static i => ($"doc-{i}", $"{{\"rows\":[[0,{i},1]]}}")));
        await indexed.Catalogue.CreateAsync("other", new DatabaseOptions(), Cancellation);
        using var functions = new ListedRows();
        var other = indexed.Indexes.Open(indexed.Catalogue.Find("other")!, definition, () => functions);
        await PutAsync(indexed.Catalogue.Find("other")!);

        Task? passing = null;
        var mapped = 0;
        functions.BeforeMap = () => mapped = indexed.Functions.Mapped;
        var gate = new Lock();
        indexed.Functions.BeforeMap = () =>
        {
            lock (gate)
            {
                passing ??= other.UpdateAsync(Cancellation);
                Assert.True(passing.IsCompleted || SpinWait.SpinUntil(() => passing.IsCompleted || indexed.Indexes.Builds.Waiting > 0, Hang));
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        };
        await indexed.UpdateAsync().WaitAsync(Hang, Cancellation);
        await passing!.WaitAsync(Hang, Cancellation);
        Assert.InRange(mapped, 7, 100);
        Assert.Equal(700, indexed.Rows().Count);
    }

    private static async Task PutAsync(Database database)
    {
        var write = new DocumentWrite("a", Documents.Json.DocumentParser.Parse("{}"u8, Documents.Json.DocumentLimits.Default), []);
        await database.WriteAsync([write], WriteMode.Interactive, Cancellation);
        write.Dispose();
    }
}
