using CloudWall.Node.Resources;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Node.Tests.Resources;

public sealed class MemoryReturnTests
{
    /// <summary>With much memory free, what one after the other had left behind came to several times what they may hold together.</summary>
    [Fact]
    public void Much_that_has_been_left_behind_is_collected_at_once()
    {
        using var memory = new MemoryReturn(new FakeTimeProvider());
        memory.Note(2 << 20);
        var before = memory.EarlyCollections;
        var much = new byte[256 << 20];

        memory.Note(1000);
        Assert.Equal(before, memory.EarlyCollections);
        memory.Note(2 << 20);

        Assert.Equal(before + 1, memory.EarlyCollections);
        GC.KeepAlive(much);
    }
}
