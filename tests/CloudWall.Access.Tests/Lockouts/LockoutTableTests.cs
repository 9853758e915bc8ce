using System.Net;
using System.Runtime.CompilerServices;
using CloudWall.Access.Addresses;
using CloudWall.Access.Lockouts;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Access.Tests.Lockouts;

public sealed class LockoutTableTests
{
    private static readonly ClientAddress Here = ClientAddress.Of(IPAddress.Parse("10.0.0.1"));
    private static readonly ClientAddress There = ClientAddress.Of(IPAddress.Parse("10.0.0.2"));

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Five_failures_lock_a_name_for_an_address()
    {
        var table = new LockoutTable(() => new(), _time);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(LockoutMode.Off, table.Judge(Here, "ann", "salt"));
            table.Count(Here, "ann", "salt");
        }

        Assert.Equal(LockoutMode.Enforce, table.Judge(Here, "ann", "salt"));
        Assert.Equal(LockoutMode.Off, table.Judge(There, "ann", "salt"));
        Assert.Equal(LockoutMode.Off, table.Judge(Here, "bob", "salt"));
        Assert.Equal(LockoutMode.Off, table.Judge(Here, "ann", "new"));
    }

    [Fact]
    public void A_lock_ends_a_while_after_the_first_failure()
    {
        var table = new LockoutTable(() => new() { Threshold = 2 }, _time);
        table.Count(Here, "ann", "");
        _time.Advance(TimeSpan.FromMinutes(4));
        table.Count(Here, "ann", "");
        Assert.Equal(LockoutMode.Enforce, table.Judge(Here, "ann", ""));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(LockoutMode.Off, table.Judge(Here, "ann", ""));
    }

    [Theory]
    [InlineData(LockoutMode.Off, LockoutMode.Off)]
    [InlineData(LockoutMode.Warn, LockoutMode.Warn)]
    [InlineData(LockoutMode.Enforce, LockoutMode.Enforce)]
    public void The_mode_says_what_becomes_of_it(LockoutMode mode, LockoutMode expected)
    {
        var table = new LockoutTable(() => new() { Mode = mode, Threshold = 1 }, _time);
        table.Count(Here, "ann", "");
        Assert.Equal(expected, table.Judge(Here, "ann", ""));
    }

    [Fact]
    public void Guessers_of_many_names_take_no_more_memory_than_the_bound()
    {
        var table = new LockoutTable(() => new() { Threshold = 1, MaxObjects = 10 }, _time);
        for (var i = 0; i < 100; i++)
        {
            table.Count(Here, "user" + i, "");
        }

        Assert.Equal(LockoutMode.Off, table.Judge(Here, "user0", ""));
        Assert.Equal(LockoutMode.Enforce, table.Judge(Here, "user99", ""));
    }

    [Fact]
    public void No_name_or_salt_is_kept()
    {
        var table = new LockoutTable(static () => new() { Threshold = 1 }, _time);
        var (name, salt) = Fail(table);
        GC.Collect();
        Assert.False(name.IsAlive);
        Assert.False(salt.IsAlive);
        Assert.Equal(LockoutMode.Enforce, table.Judge(Here, new string('a', 100_000), new string('b', 100_000)));
        Assert.Equal(LockoutMode.Off, table.Judge(Here, new string('a', 100_001), new string('b', 99_999)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Name, WeakReference Salt) Fail(LockoutTable table)
    {
        var (name, salt) = (new string('a', 100_000), new string('b', 100_000));
        table.Count(Here, name, salt);
        return (new WeakReference(name), new WeakReference(salt));
    }
}
