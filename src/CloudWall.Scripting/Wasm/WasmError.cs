using System.Text;

namespace CloudWall.Scripting.Wasm;

/// <summary>Why WebAssembly ended before its end (<c>wasmtime_trap_code_enum</c>).</summary>
internal enum TrapCode
{
    StackOverflow = 0,
    Interrupt = 10,
    Other = 255,
}

/// <summary>The library could not do what it was asked for: a configuration, a module or an instance that it refuses.</summary>
internal sealed class WasmException(string message) : Exception(message);

/// <summary>WebAssembly was ended. Its instance is to be thrown away.</summary>
internal sealed class WasmTrapException(TrapCode code, string message) : Exception(message)
{
    public TrapCode Code { get; } = code;
}

/// <summary>The errors and traps that Wasmtime hands over.</summary>
internal static class WasmError
{
    /// <exception cref="WasmException">There was an error.</exception>
    public static void ThrowIfSet(nint error)
    {
        if (error != 0)
        {
            throw new WasmException(Take(error));
        }
    }

    /// <exception cref="WasmTrapException">There was a trap, or the call could not be made.</exception>
    public static void ThrowIfSet(nint error, nint trap)
    {
        if (trap != 0)
        {
            var code = NativeMethods.wasmtime_trap_code(trap, out var number) && Enum.IsDefined((TrapCode)number) ? (TrapCode)number : TrapCode.Other;
            NativeMethods.wasm_trap_message(trap, out var text);
            var message = Encoding.UTF8.GetString(text.Bytes);
            NativeMethods.wasm_byte_vec_delete(ref text);
            NativeMethods.wasm_trap_delete(trap);
            if (error != 0)
            {
                NativeMethods.wasmtime_error_delete(error);
            }

            throw new WasmTrapException(code, message);
        }

        if (error != 0)
        {
            throw new WasmTrapException(TrapCode.Other, Take(error));
        }
    }

    private static string Take(nint error)
    {
        NativeMethods.wasmtime_error_message(error, out var text);
        var message = Encoding.UTF8.GetString(text.Bytes);
        NativeMethods.wasm_byte_vec_delete(ref text);
        NativeMethods.wasmtime_error_delete(error);
        return message;
    }
}
