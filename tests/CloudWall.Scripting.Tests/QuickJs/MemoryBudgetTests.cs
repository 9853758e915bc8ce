using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.Tests.QuickJs;

/// <summary>Review, attack 3: databases share the memory of functions, so that none takes all of it from the others.</summary>
public sealed class MemoryBudgetTests
{
    private readonly MemoryBudget _budget = new(900);

    [Fact]
    public void A_database_has_two_thirds_of_what_others_leave()
    {
        Assert.False(_budget.TryTake("a", 601));
        Assert.True(_budget.TryTake("a", 400));
        Assert.True(_budget.TryTake("a", 200));
        Assert.False(_budget.TryTake("a", 1));
        Assert.True(_budget.TryTake("b", 200));
        Assert.False(_budget.TryTake("b", 1));
        Assert.True(_budget.TryTake("c", 66));
        _budget.Return("a", 600);
        Assert.True(_budget.TryTake("b", 300));
        _budget.Return("b", 500);
        _budget.Return("c", 66);
        Assert.Equal(0, _budget.Taken);
        Assert.True(_budget.TryTake("d", 600));
    }

    [Fact]
    public void What_was_used_longest_ago_goes_first()
    {
        Item a = new(), b = new(), c = new();
        _budget.Keep(a, 150);
        _budget.Keep(b, 150);
        _budget.Keep(c, 150);
        _budget.Use(a);
        _budget.Keep(new Item(), 100);
        Assert.Equal((0, 1, 0), (a.Dropped, b.Dropped, c.Dropped));
        Assert.False(_budget.Forget(b));
        Assert.True(_budget.Forget(c));
        Assert.Equal(250, _budget.Kept);
        Assert.True(_budget.TryTake("x", 600));
        Assert.Equal((0, 250), (a.Dropped, _budget.Kept));
        Assert.True(_budget.TryTake("y", 200));
        Assert.Equal((1, 100), (a.Dropped, _budget.Kept));
    }

    [Fact]
    public void What_is_larger_than_all_room_is_dropped_at_once()
    {
        var item = new Item();
        _budget.Keep(item, 451);
        Assert.Equal((1, 0), (item.Dropped, _budget.Kept));
    }

    /// <summary>What is kept is garbage as soon as it is dropped, and the collector is not told of it otherwise.</summary>
    [Fact]
    public void What_is_dropped_is_told()
    {
        var told = new List<long>();
        var budget = new MemoryBudget(900, told.Add);
        Item a = new(), b = new(), c = new();
        budget.Keep(a, 200);
        budget.Keep(b, 200);
        budget.Keep(c, 150);
        Assert.Equal([200], told);
        budget.Drop(c);
        Assert.Equal([200, 150], told);
        Assert.Equal((1, 0, 1, 200), (a.Dropped, b.Dropped, c.Dropped, budget.Kept));
    }

    private sealed class Item : KeptMemory
    {
        public int Dropped { get; private set; }

        public override void Drop() => Dropped++;
    }
}
