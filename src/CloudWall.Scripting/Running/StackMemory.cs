using System.Runtime.InteropServices;

namespace CloudWall.Scripting.Running;

/// <summary>
/// Gives memory of a thread's stack back to the system. A thread keeps each page of its stack that a deep call has once touched: after one
/// endless recursion on each, ten threads held 300 MB.
/// </summary>
internal static unsafe partial class StackMemory
{
    /// <summary>What ordinary calls use again and again.</summary>
    private const int Kept = 1 << 20;

    /// <summary>At the far end, where the guard pages are. How much of the stack the caller itself has used is within it.</summary>
    private const int Margin = 2 << 20;

    private const int DontNeed = 4;

    /// <summary>Gives back what lies far below the caller on its thread's stack (madvise(2)).</summary>
    /// <param name="size">The stack's size in bytes.</param>
    public static void Release(int size)
    {
        if (!OperatingSystem.IsLinux() || size <= Kept + Margin)
        {
            return;
        }

        byte here;
        var page = (nint)Environment.SystemPageSize;
        var from = ((nint)(&here) - (size - Margin) + page) / page * page;
        var to = ((nint)(&here) - Kept) / page * page;
        _ = Advise(from, (nuint)(to - from), DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
