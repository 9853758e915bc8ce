using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Which part of a memory was ever touched. To read what was not costs a page fault for each page, which takes far longer than to read a
/// page.
/// </summary>
internal static class TouchedMemory
{
    /// <summary>A page is in memory, or in swap space (proc_pid_pagemap(5)).</summary>
    private const ulong Touched = 3UL << 62;

    private static readonly SafeFileHandle? Pages = Open();

    /// <summary>The end of what was touched.</summary>
    /// <param name="memory">Memory that the collector does not move.</param>
    /// <returns>A length beyond which all bytes are zero; the whole length where the system does not tell.</returns>
    public static unsafe int End(Span<byte> memory)
    {
        var (address, length) = ((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory)), memory.Length);
        if (Pages is not { } pages || length == 0)
        {
            return length;
        }

        var page = Environment.SystemPageSize;
        var first = address / page;
        var last = (address + length - 1) / page;
        var entries = new byte[checked((int)(last - first + 1)) * sizeof(ulong)];
        try
        {
            for (var read = 0; read < entries.Length;)
            {
                var some = RandomAccess.Read(pages, entries.AsSpan(read), (first * sizeof(ulong)) + read);
                if (some == 0)
                {
                    return length;
                }

                read += some;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return length;
        }

        for (var at = entries.Length - sizeof(ulong); at >= 0; at -= sizeof(ulong))
        {
            if ((BinaryPrimitives.ReadUInt64LittleEndian(entries.AsSpan(at)) & Touched) != 0)
            {
                return (int)Math.Min(length, ((first + (at / sizeof(ulong)) + 1) * page) - address);
            }
        }

        return 0;
    }

    private static SafeFileHandle? Open()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.OpenHandle("/proc/self/pagemap") : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
