using System.Buffers;
using System.Runtime.CompilerServices;

namespace CloudWall.Documents.Buffers;

/// <summary>
/// Pools short arrays in the process's shared pool. The pool retains its arrays for a long time, so long arrays are allocated and left to
/// the garbage collector instead, which returns their memory to the system.
/// </summary>
public static class SharedArrays
{
    /// <summary>The maximum size of a pooled array in bytes.</summary>
    public const int LongestPooled = 1 << 20;

    /// <summary>Returns an uninitialised array with at least this many elements.</summary>
    public static T[] Rent<T>(int length)
        where T : unmanaged => IsPooled<T>(length) ? ArrayPool<T>.Shared.Rent(length) : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Returns an array to the pool.</summary>
    public static void Return<T>(T[] array)
        where T : unmanaged
    {
        if (array.Length > 0 && IsPooled<T>(array.Length))
        {
            ArrayPool<T>.Shared.Return(array);
        }
    }

    /// <summary>Copies the beginning of an array into a larger one and returns the old one to the pool.</summary>
    /// <param name="array">The old array.</param>
    /// <param name="kept">How many of its elements are copied.</param>
    /// <param name="needed">The minimum length of the new array, which is at least twice as long as the old one.</param>
    public static T[] Grow<T>(T[] array, int kept, long needed)
        where T : unmanaged
    {
        var larger = Rent<T>(checked((int)Math.Max(needed, Math.Min(2L * array.Length, Array.MaxLength))));
        array.AsSpan(0, kept).CopyTo(larger);
        Return(array);
        return larger;
    }

    private static bool IsPooled<T>(int length) => (long)length * Unsafe.SizeOf<T>() <= LongestPooled;
}
