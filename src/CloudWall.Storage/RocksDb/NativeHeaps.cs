using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// Keeps the C library from making a heap of its own for nearly every thread, each of which keeps what was freed in it: tens of MiB that
/// nobody uses (mallopt(3), <c>M_ARENA_MAX</c>). What is large is taken from the system and goes back to it at once: left alone, the library
/// would put it into its heaps as well, once something as large has been freed, where what lies behind it keeps it resident
/// (<c>M_MMAP_THRESHOLD</c>).
/// </summary>
internal static partial class NativeHeaps
{
    private const int MaxArenas = -8;
    private const int Arenas = 2;
    private const int LeastMapped = -3;
    private const int Large = 1 << 20;

    /// <summary>To be called before RocksDB starts its threads. Where the C library is another one, nothing happens.</summary>
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
            // No glibc: there are no arenas to limit.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
