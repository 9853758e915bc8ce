using System.Runtime.InteropServices;

namespace CloudWall.Scripting.Running;

/// <summary>
/// The memory of the calling thread's stack: how much is left of it, and how to give back to the system what a deep call has touched. A
/// thread keeps each page of its stack that was once touched: after one endless recursion on each, ten threads held 300 MB.
/// </summary>
internal static unsafe partial class StackMemory
{
    /// <summary>What ordinary calls use again and again.</summary>
    private const int Kept = 1 << 20;

    /// <summary>At the far end, where the guard pages are. How much of the stack the caller itself has used is within it.</summary>
    private const int Margin = 2 << 20;

    private const int DontNeed = 4;

    /// <summary>More than <c>pthread_attr_t</c> takes on any system.</summary>
    private const int AttributesSize = 256;

    /// <summary>The lowest address of the thread's stack; -1 where the system does not tell, 0 before it was asked.</summary>
    [ThreadStatic]
    private static nint _end;

    /// <summary>Bytes of its stack that the calling thread has not used; 0 where the system does not tell.</summary>
    public static long Left
    {
        get
        {
            byte here;
            var end = _end == 0 ? _end = FindEnd() : _end;
            return end > 0 ? (nint)(&here) - end : 0;
        }
    }

    /// <summary>Gives back what lies far below the caller on its thread's stack (madvise(2)).</summary>
    /// <param name="left">Bytes of the stack that are left, or fewer.</param>
    public static void Release(long left)
    {
        if (!OperatingSystem.IsLinux() || left <= Kept + Margin)
        {
            return;
        }

        byte here;
        var page = (nint)Environment.SystemPageSize;
        var from = ((nint)(&here) - ((nint)left - Margin) + page) / page * page;
        var to = ((nint)(&here) - Kept) / page * page;
        _ = Advise(from, (nuint)(to - from), DontNeed);
    }

    private static nint FindEnd()
    {
        if (!OperatingSystem.IsLinux())
        {
            return -1;
        }

        try
        {
            var attributes = stackalloc byte[AttributesSize];
            if (GetAttributes(GetSelf(), attributes) != 0)
            {
                return -1;
            }

            var isKnown = GetStack(attributes, out var end, out _) == 0 && end > 0;
            _ = FreeAttributes(attributes);
            return isKnown ? end : -1;
        }
        catch (Exception failure) when (failure is EntryPointNotFoundException or DllNotFoundException)
        {
            // C libraries have these functions by courtesy.
            return -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint GetSelf();

    [LibraryImport("libc", EntryPoint = "pthread_getattr_np")]
    private static partial int GetAttributes(nint thread, byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_attr_getstack")]
    private static partial int GetStack(byte* attributes, out nint end, out nuint size);

    [LibraryImport("libc", EntryPoint = "pthread_attr_destroy")]
    private static partial int FreeAttributes(byte* attributes);
}
