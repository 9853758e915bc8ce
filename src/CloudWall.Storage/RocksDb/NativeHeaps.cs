using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// Limits the number of glibc's malloc arenas (mallopt(3), <c>M_ARENA_MAX</c>). By default nearly every thread gets an arena, and each
/// arena retains freed memory: tens of MiB in total. It also fixes the size from which blocks are mapped directly
/// (<c>M_MMAP_THRESHOLD</c>). By default glibc raises it after the first large block was freed; later large blocks then lie in an arena and
/// stay resident behind live ones.
/// </summary>
internal static partial class NativeHeaps
{
    private const int MaxArenas = -8;
    private const int Arenas = 2;
    private const int LeastMapped = -3;
    private const int Large = 1 << 20;

    /// <summary>Call this before RocksDB starts its threads. It does nothing with another C library.</summary>
    public static void Limit()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallOpt(MaxArenas, Arenas);
            _ = MallOpt(LeastMapped, Large);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // The C library is not glibc, so there are no arenas to limit.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
