using System.Buffers;
using System.Runtime.CompilerServices;

namespace CloudWall.Documents.Buffers;

/// <summary>
/// Arrays from the process's shared pool, as long as they are short. The pool keeps what it is given for a long time; long arrays
/// are therefore allocated, and left to the garbage collector when they come back, so that their memory returns to the system.
/// </summary>
public static class SharedArrays
{
    /// <summary>The longest array, in bytes, that comes from the pool and goes back to it.</summary>
    public const int LongestPooled = 1 << 20;

    /// <summary>An array that has at least so many elements, with whatever is in it.</summary>
    public static T[] Rent<T>(int length)
        where T : unmanaged => IsPooled<T>(length) ? ArrayPool<T>.Shared.Rent(length) : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Gives an array back that is not used any more.</summary>
    public static void Return<T>(T[] array)
        where T : unmanaged
    {
        if (array.Length > 0 && IsPooled<T>(array.Length))
        {
            ArrayPool<T>.Shared.Return(array);
        }
    }

    /// <summary>A larger array that begins with the elements of another, which is given back.</summary>
    /// <param name="array">The other.</param>
    /// <param name="kept">How many of its elements are needed.</param>
    /// <param name="needed">How many elements the new one has at least. It has twice as many as the other, where that is more.</param>
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
