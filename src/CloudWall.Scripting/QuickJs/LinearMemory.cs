using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// The memory of an instance, as it is now. Pointers and lengths are a stranger's: nothing outside of it is ever read or written.
/// </summary>
/// <param name="bytes">All of it.</param>
internal readonly ref struct LinearMemory(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;

    /// <summary>A part of it.</summary>
    /// <exception cref="WasmTrapException">It lies outside.</exception>
    public Span<byte> Span(uint pointer, int length)
    {
        if (length < 0 || pointer > (uint)_bytes.Length || (uint)length > (uint)_bytes.Length - pointer)
        {
            throw new WasmTrapException(TrapCode.Other, "the engine names memory that it has not");
        }

        return _bytes.Slice((int)pointer, length);
    }

    /// <summary>A text that ends with a zero.</summary>
    /// <exception cref="WasmTrapException">It lies outside of memory, or has no end in it.</exception>
    public ReadOnlySpan<byte> Text(uint pointer)
    {
        if (pointer == 0 || pointer >= (uint)_bytes.Length)
        {
            throw new WasmTrapException(TrapCode.Other, "the engine names memory that it has not");
        }

        var rest = _bytes[(int)pointer..];
        var end = rest.IndexOf((byte)0);
        return end >= 0 ? rest[..end] : throw new WasmTrapException(TrapCode.Other, "the engine's text has no end");
    }
}
