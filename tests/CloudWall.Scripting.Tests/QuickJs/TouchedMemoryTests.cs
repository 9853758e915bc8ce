using System.Runtime.InteropServices;
using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.Tests.QuickJs;

public sealed class TouchedMemoryTests
{
    /// <summary>Beyond the largest size that the C library takes from memory that it has had before (M_MMAP_THRESHOLD).</summary>
    private const int Length = 1 << 26;

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(5_000_000)]
    [InlineData(Length - 1)]
    public unsafe void All_is_zero_beyond_the_end(int touched)
    {
        var memory = new Span<byte>(NativeMemory.AllocZeroed(Length), Length);
        try
        {
            if (touched >= 0)
            {
                memory[touched] = 1;
            }

            var end = TouchedMemory.End(memory);
            Assert.InRange(end, touched + 1, Length);
            Assert.True(memory[end..].IndexOfAnyExcept((byte)0) < 0);
            if (OperatingSystem.IsLinux() && !File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[always]", StringComparison.Ordinal))
            {
                Assert.InRange(end, 0, touched + (1 << 16));
            }
        }
        finally
        {
            NativeMemory.Free(System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory)));
        }
    }
}
