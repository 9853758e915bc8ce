using CloudWall.Access.Caching;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Access.Tests.Caching;

public sealed class RecentEntriesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_entry_that_was_used_longest_ago_makes_way()
    {
        var entries = Create(isRenewedByUse: false);
        entries.Set("a", static _ => 1);
        entries.Set("b", static _ => 2);
        Assert.True(entries.TryGet("a", out _));
        entries.Set("c", static _ => 3);

        Assert.False(entries.TryGet("b", out _));
        Assert.True(entries.TryGet("a", out var a));
        Assert.True(entries.TryGet("c", out var c));
        Assert.Equal((1, 3, 2), (a, c, entries.Count));
    }

    [Fact]
    public void An_entry_ends_a_while_after_it_was_added_however_often_it_changes()
    {
        var entries = Create(isRenewedByUse: false);
        entries.Set("a", static _ => 1);
        _time.Advance(TimeSpan.FromSeconds(9));
        entries.Set("a", static value => value + 1);
        Assert.True(entries.TryGet("a", out var value));
        Assert.Equal(2, value);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(entries.TryGet("a", out _));
        Assert.Equal(0, entries.Count);
    }

    [Fact]
    public void An_entry_may_last_as_long_as_it_is_used()
    {
        var entries = Create(isRenewedByUse: true);
        entries.Set("a", static _ => 1);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            Assert.True(entries.TryGet("a", out _));
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(entries.TryGet("a", out _));
    }

    [Fact]
    public void An_entry_can_be_removed()
    {
        var entries = Create(isRenewedByUse: false);
        entries.Set("a", static _ => 1);
        entries.Remove("a");
        entries.Remove("b");
        Assert.False(entries.TryGet("a", out _));
    }

    private RecentEntries<string, int> Create(bool isRenewedByUse) => new(2, TimeSpan.FromSeconds(10), isRenewedByUse, _time);
}
