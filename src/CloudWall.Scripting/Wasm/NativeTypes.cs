using System.Runtime.InteropServices;

namespace CloudWall.Scripting.Wasm;

/// <summary><c>wasm_byte_vec_t</c>: bytes that the library owns.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ByteVector
{
    public nuint Size;
    public byte* Data;

    public readonly ReadOnlySpan<byte> Bytes => Data == null ? default : new(Data, checked((int)Size));
}

/// <summary>Any of the library's vectors of pointers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PointerVector
{
    public nuint Size;
    public nint* Data;

    public readonly ReadOnlySpan<nint> Items => Data == null ? default : new(Data, checked((int)Size));
}

/// <summary><c>wasmtime_val_raw_t</c>: 16 bytes, of which a 32-bit number takes the first four.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct RawValue
{
    [FieldOffset(0)]
    public int Int32;

    [FieldOffset(0)]
    public uint UInt32;

    [FieldOffset(0)]
    public long Int64;

    [FieldOffset(0)]
    public double Float64;
}

/// <summary><c>wasmtime_memory_t</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct WasmMemory
{
    public ulong StoreId;
    public ulong First;
    public ulong Second;
}

/// <summary><c>wasmtime_func_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WasmFunction
{
    public ulong StoreId;
    public nint Item;
}

/// <summary><c>wasmtime_instance_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WasmInstance
{
    public ulong StoreId;
    public nuint Item;
}

/// <summary><c>wasmtime_extern_t</c>: a kind, and what it is the kind of.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct WasmExtern
{
    public const byte FunctionKind = 0;
    public const byte MemoryKind = 3;

    [FieldOffset(0)]
    public byte Kind;

    [FieldOffset(8)]
    public WasmFunction Function;

    [FieldOffset(8)]
    public WasmMemory Memory;
}
