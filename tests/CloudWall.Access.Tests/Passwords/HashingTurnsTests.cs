using System.Net;
using CloudWall.Access.Addresses;
using CloudWall.Access.Passwords;

namespace CloudWall.Access.Tests.Passwords;

public sealed class HashingTurnsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_what_the_hash_says()
    {
        var queue = new HashingTurns(1);
        Assert.True(await queue.TryRun(default, static () => true, Cancellation)!);
        Assert.False(await queue.TryRun(default, static () => false, Cancellation)!);
        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.TryRun(default, static () => throw new InvalidOperationException(), Cancellation)!);
        Assert.True(await queue.TryRun(default, static () => true, Cancellation)!);
    }

    [Fact]
    public async Task Networks_take_turns_and_the_addresses_in_them()
    {
        var queue = new HashingTurns(1);
        var order = new List<string>();
        using var gate = new ManualResetEventSlim();
        var all = new List<Task<bool>> { queue.TryRun(Of("9.9.9.9"), Wait, Cancellation)! };
        foreach (var from in (string[])["10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.1.1", "10.0.0.2", "10.0.1.1"])
        {
            all.Add(queue.TryRun(Of(from), () => Note(from), Cancellation)!);
        }

        gate.Set();
        await Task.WhenAll(all);
        Assert.Equal(["10.0.0.1", "10.0.1.1", "10.0.0.2", "10.0.1.1", "10.0.0.1", "10.0.0.2", "10.0.0.1"], order);

        bool Wait() => gate.Wait(TimeSpan.FromSeconds(30));

        bool Note(string from)
        {
            order.Add(from);
            return true;
        }
    }

    [Fact]
    public async Task So_many_may_wait_and_no_more()
    {
        var queue = new HashingTurns(1, mostOfNetwork: 2, most: 3);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var first = queue.TryRun(Of("9.9.9.9"), Begin, Cancellation)!;
        Assert.True(begun.Wait(TimeSpan.FromSeconds(30), Cancellation));
        Task<bool>[] accepted =
        [
            first,
            queue.TryRun(Of("10.0.0.1"), static () => true, Cancellation)!,
            queue.TryRun(Of("10.0.0.2"), static () => true, Cancellation)!,
        ];
        Assert.Null(queue.TryRun(Of("10.0.0.3"), static () => true, Cancellation));
        var other = queue.TryRun(Of("10.0.1.1"), static () => true, Cancellation);
        Assert.NotNull(other);
        Assert.Null(queue.TryRun(Of("10.0.2.1"), static () => true, Cancellation));
        Assert.Equal(3, queue.Waiting);

        gate.Set();
        await Task.WhenAll([.. accepted, other]);
        Assert.True(await queue.TryRun(Of("10.0.0.3"), static () => true, Cancellation)!);

        bool Begin()
        {
            begun.Set();
            return gate.Wait(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task Who_has_gone_is_not_hashed_for()
    {
        var queue = new HashingTurns(1);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var hashed = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.TryRun(default, () => hashed = true, gone.Token)!);
        Assert.False(hashed);
    }

    private static ClientAddress Of(string address) => ClientAddress.Of(IPAddress.Parse(address));
}
