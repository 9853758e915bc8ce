using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Tests.QuickJs;

/// <summary>Pointers and lengths that an instance names are checked against its memory, also where they overflow.</summary>
public sealed class LinearMemoryTests
{
    private const int Size = 1 << 16;

    [Theory]
    [InlineData(0, -1)]
    [InlineData(1, int.MinValue)]
    [InlineData(Size, 1)]
    [InlineData(Size + 1, 0)]
    [InlineData(Size - 1, 2)]
    [InlineData(1, Size)]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(0x8000_0000, 1)]
    [InlineData(0xFFFF_0000, Size)]
    [InlineData(0xFFFF_FFF8, 16)]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(uint.MaxValue, 1)]
    [InlineData(uint.MaxValue, int.MaxValue)]
    public void A_part_that_lies_outside_is_a_trap(uint at, int length) =>
        Assert.Throws<WasmTrapException>(() => new LinearMemory(new byte[Size]).Span(at, length).Length);

    [Theory]
    [InlineData(0, Size)]
    [InlineData(Size, 0)]
    [InlineData(Size - 1, 1)]
    [InlineData(0, 0)]
    public void A_part_that_lies_inside_is_given(uint at, int length) =>
        Assert.Equal(length, new LinearMemory(new byte[Size]).Span(at, length).Length);

    [Theory]
    [InlineData(0)]
    [InlineData(Size)]
    [InlineData(Size + 1)]
    [InlineData(0x8000_0001)]
    [InlineData(uint.MaxValue)]
    [InlineData(Size - 3)]
    public void A_text_that_is_not_there_or_has_no_end_is_a_trap(uint at)
    {
        var bytes = new byte[Size];
        bytes.AsSpan(^4..).Fill((byte)'x');
        Assert.Throws<WasmTrapException>(() => new LinearMemory(bytes).Text(at).Length);
    }

    [Fact]
    public void A_text_ends_with_the_last_byte_at_the_latest()
    {
        var bytes = new byte[Size];
        "abc"u8.CopyTo(bytes.AsSpan(^4..));
        Assert.Equal(3, new LinearMemory(bytes).Text(Size - 4).Length);
        Assert.Equal(0, new LinearMemory(bytes).Text(Size - 1).Length);
    }
}
