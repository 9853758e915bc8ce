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
        using var turns = new BuildTurns(1, _time);
        var order = new List<string>();
        var first = await turns.TakeAsync("a", Cancellation);
        var quick = await turns.TakeAsync("q", Cancellation);
        Task[] all = [BuildAsync("a"), BuildAsync("a"), BuildAsync("a"), BuildAsync("b"), BuildAsync("b"), BuildAsync("c")];
        quick.Dispose();
        await Task.WhenAll(all).WaitAsync(Hang, Cancellation);
        Assert.Equal(["a", "b", "c", "a", "b", "a"], order);
        Assert.Equal(0, turns.Waiting);
        first.Dispose();

        async Task BuildAsync(string database)
        {
            using var turn = await turns.TakeAsync(database, Cancellation);
            order.Add(database);
        }
    }

    [Fact]
    public async Task A_database_that_has_no_turn_comes_before_one_that_has()
    {
        using var turns = new BuildTurns(1, _time);
        using var filled = await turns.TakeAsync("x", Cancellation);
        var a = await turns.TakeAsync("a", Cancellation);
        _time.Advance(BuildTurns.QuickLength);
        var b = turns.TakeAsync("b", Cancellation);
        var more = turns.TakeAsync("b", Cancellation);
        var other = turns.TakeAsync("c", Cancellation);
        a.Dispose();
        using var first = await b.WaitAsync(Hang, Cancellation);
        first.Dispose();
        using var c = await other.WaitAsync(Hang, Cancellation);
        Assert.False(more.IsCompleted);
        c.Dispose();
        using var last = await more.WaitAsync(Hang, Cancellation);
    }

    [Fact]
    public async Task A_short_build_passes_long_ones()
    {
        using var turns = new BuildTurns(2, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        using var b = await turns.TakeAsync("b", Cancellation);
        using var quick = await turns.TakeAsync("c", Cancellation).WaitAsync(Hang, Cancellation);
        _time.Advance(BuildTurns.QuickLength);
        Assert.False(quick.IsOver);
        var next = turns.TakeAsync("d", Cancellation);
        Assert.True(quick.IsOver);
        Assert.False(a.IsOver);

        // What is longer than a quick turn goes on with a long one.
        var again = quick.GiveWayAsync(Cancellation);
        using var given = await next.WaitAsync(Hang, Cancellation);
        Assert.False(again.IsCompleted);
        given.Dispose();
        Assert.False(again.IsCompleted);
        a.Dispose();
        await again.WaitAsync(Hang, Cancellation);
    }

    [Fact]
    public async Task A_long_turn_is_over_where_others_wait()
    {
        using var turns = new BuildTurns(1, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        using var b = await turns.TakeAsync("b", Cancellation);
        _time.Advance(BuildTurns.LongLength);
        Assert.False(a.IsOver);
        var other = b.GiveWayAsync(Cancellation);
        Assert.True(a.IsOver);
        var again = a.GiveWayAsync(Cancellation);
        await other.WaitAsync(Hang, Cancellation);
        Assert.False(b.IsOver);
        Assert.False(again.IsCompleted);
        b.Dispose();
        await again.WaitAsync(Hang, Cancellation);
        Assert.False(a.IsOver);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_build_that_does_not_yield_loses_its_turn(bool quick)
    {
        using var turns = new BuildTurns(1, _time);
        using var longer = await turns.TakeAsync("a", Cancellation);
        using var shorter = await turns.TakeAsync("b", Cancellation);
        var stuck = quick ? shorter : longer;
        var other = quick ? turns.TakeAsync("c", Cancellation) : shorter.GiveWayAsync(Cancellation);
        for (var i = 0; !stuck.IsLost; i++)
        {
            Assert.False(other.IsCompleted);
            Assert.True(i < 10);
            _time.Advance(BuildTurns.Grace);
        }

        await other.WaitAsync(Hang, Cancellation);
        Assert.True(stuck.IsOver);

        // It waits for a long turn then, and leaves none behind.
        var again = stuck.GiveWayAsync(Cancellation);
        Assert.False(again.IsCompleted);
        (quick ? longer : shorter).Dispose();
        await again.WaitAsync(Hang, Cancellation);
        Assert.Equal(0, turns.Waiting);
    }

    [Fact]
    public async Task A_turn_is_kept_while_nobody_waits()
    {
        using var turns = new BuildTurns(1, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        using var b = await turns.TakeAsync("b", Cancellation);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(a.IsLost || a.IsOver || b.IsLost || b.IsOver);
    }

    [Fact]
    public async Task Only_so_many_builds_are_without_a_turn()
    {
        using var turns = new BuildTurns(1, _time);
        using var filled = await turns.TakeAsync("x", Cancellation);
        var stuck = new List<BuildTurn> { await turns.TakeAsync("0", Cancellation) };
        for (var i = 1; i <= 100; i++)
        {
            var next = turns.TakeAsync($"{i}", Cancellation);
            _time.Advance(2 * BuildTurns.Grace);
            stuck.Add(await next.WaitAsync(Hang, Cancellation));
        }

        var last = turns.TakeAsync("last", Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(last.IsCompleted);
        Assert.Equal(100, stuck.Count(static turn => turn.IsLost));
        stuck[0].Dispose();
        _time.Advance(BuildTurns.Grace);
        using var entered = await last.WaitAsync(Hang, Cancellation);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_turn()
    {
        using var turns = new BuildTurns(1, _time);
        using var a = await turns.TakeAsync("a", Cancellation);
        var quick = await turns.TakeAsync("q", Cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = turns.TakeAsync("b", leaving.Token);
        var next = turns.TakeAsync("c", Cancellation);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        quick.Dispose();
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

        // The long turn is taken, so that both builds need the quick one.
        var held = await indexed.Indexes.Builds.TakeAsync("held", Cancellation);
        Task? passing = null;
        var mapped = 0;
        functions.BeforeMap = () => mapped = indexed.Functions.Mapped;
        var gate = new Lock();
        indexed.Functions.BeforeMap = () =>
        {
            lock (gate)
            {
                passing ??= PassAsync();
                Assert.True(passing.IsCompleted || SpinWait.SpinUntil(() => passing.IsCompleted || indexed.Indexes.Builds.Waiting > 0, Hang));
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        };
        await indexed.UpdateAsync().WaitAsync(Hang, Cancellation);
        await passing!.WaitAsync(Hang, Cancellation);
        Assert.InRange(mapped, 0, 100);
        Assert.Equal(700, indexed.Rows().Count);

        async Task PassAsync()
        {
            await other.UpdateAsync(Cancellation);
            held.Dispose();
        }
    }

    private static async Task PutAsync(Database database)
    {
        var write = new DocumentWrite("a", Documents.Json.DocumentParser.Parse("{}"u8, Documents.Json.DocumentLimits.Default), []);
        await database.WriteAsync([write], WriteMode.Interactive, Cancellation);
        write.Dispose();
    }
}
