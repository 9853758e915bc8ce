using CloudWall.Documents.Admission;

namespace CloudWall.Documents.Tests.Admission;

/// <summary>Review, attack 4 and 19: one request may not take more than there is, and large ones do not hold up small ones.</summary>
public sealed class SharedMemoryTests
{
    private const long Capacity = 1 << 20;

    private static readonly DocumentError Busy = new(429, "too_many_requests", "Later.");
    private static readonly DocumentError TooLarge = new(413, "too_large", "Never.");
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly SharedMemory _memory = new(Capacity, 100, TimeSpan.FromMinutes(1), Busy, TooLarge, TimeProvider.System);

    [Fact]
    public async Task What_can_never_be_had_is_refused_for_good_and_takes_nothing()
    {
        using var share = new MemoryShare(_memory);
        await share.ReserveAsync(_memory.LargestShare, Never);
        Assert.Equal(TooLarge, (await RefusalAsync(share.ReserveAsync(1, Never))).Error);
        Assert.Equal((_memory.LargestShare, _memory.LargestShare), (share.Bytes, _memory.Taken));
        share.Dispose();
        Assert.Equal(TooLarge, (await RefusalAsync(share.ReserveAsync(_memory.LargestShare + 1, Never))).Error);
        Assert.Equal((0, 0, 0), (share.Bytes, _memory.Taken, _memory.Waiting));
    }

    [Fact]
    public async Task Small_shares_are_had_while_large_ones_hold_all_and_wait_for_more()
    {
        using var first = new MemoryShare(_memory);
        using var second = new MemoryShare(_memory);
        await first.ReserveAsync(_memory.LargestShare, Never);
        var waiting = second.ReserveAsync(_memory.LargestShare, Never).AsTask();
        Assert.Equal(1, _memory.Waiting);
        for (var i = 0; i < 100; i++)
        {
            using var small = new MemoryShare(_memory);
            await small.ReserveAsync(500, Never);
            await small.ReserveInAllAsync(1000, Never);
            Assert.Equal(1000, small.Bytes);
        }

        Assert.False(waiting.IsCompleted);
        first.Dispose();
        await waiting;
    }

    [Fact]
    public async Task A_share_that_grows_is_small_no_longer_and_gives_back_what_was_kept_for_small_ones()
    {
        using var share = new MemoryShare(_memory);
        await share.ReserveAsync(1000, Never);
        await share.ReserveInAllAsync(5000, Never);
        Assert.Equal((5000, 5000), (share.Bytes, _memory.Taken));
        using var rest = new MemoryShare(_memory);
        await rest.ReserveAsync(_memory.LargestShare - 5000, Never);
        Assert.Equal(_memory.LargestShare, _memory.Taken);
        share.Dispose();
        rest.Dispose();
        Assert.Equal(0, _memory.Taken);
    }

    private static Task<DocumentException> RefusalAsync(ValueTask reserving) => Assert.ThrowsAsync<DocumentException>(reserving.AsTask);
}
