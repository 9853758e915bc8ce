using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// All that the module can reach: the clock, more memory within its bounds, and the functions of <see cref="ScriptCall"/>. It has no files,
/// no environment, no network; its output is dropped. A test compares the list with what the module asks for. Nothing is thrown through
/// the frames of WebAssembly: what fails is kept by the instance, and the call is ended by a trap.
/// </summary>
internal static unsafe class QuickJsImports
{
    /// <summary>The names that the module's own JavaScript gives to its imports are lost; these say what it does for each of them there.</summary>
    public static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["a"] = "memory",
        ["b"] = "__assert_fail",
        ["c"] = "fd_write",
        ["d"] = "fd_close",
        ["e"] = "environ_get",
        ["f"] = "environ_sizes_get",
        ["g"] = "qts_host_normalize_module",
        ["h"] = "qts_host_load_module_source",
        ["i"] = "qts_host_interrupt_handler",
        ["j"] = "_setitimer_js",
        ["k"] = "emscripten_resize_heap",
        ["l"] = "_emscripten_runtime_keepalive_clear",
        ["m"] = "_localtime_js",
        ["n"] = "_tzset_js",
        ["o"] = "fd_seek",
        ["p"] = "emscripten_date_now",
        ["q"] = "_abort_js",
        ["r"] = "proc_exit",
        ["s"] = "qts_host_call_function",
        ["t"] = "qts_host_ref_free",
    };

    private const int BadFile = 8;
    private const int NotSeekable = 70;
    private const int NotThere = 52;
    private const int TimeBytes = 44;

    /// <summary>The function behind a letter.</summary>
    /// <exception cref="WasmException">There is none.</exception>
    public static delegate* unmanaged<nint, nint, RawValue*, nuint, nint> Of(string letter) => Names.GetValueOrDefault(letter) switch
    {
        "fd_write" => &Drop,
        "fd_close" => &NoFile,
        "fd_seek" => &NoSeek,
        "environ_get" or "_setitimer_js" or "qts_host_interrupt_handler" => &Zero,
        "qts_host_normalize_module" or "qts_host_load_module_source" => &Zero,
        "environ_sizes_get" => &NoEnvironment,
        "emscripten_resize_heap" => &Grow,
        "_emscripten_runtime_keepalive_clear" or "qts_host_ref_free" => &Nothing,
        "_localtime_js" => &LocalTime,
        "_tzset_js" => &TimeZone,
        "emscripten_date_now" => &Now,
        "qts_host_call_function" => &CallHost,
        "__assert_fail" or "_abort_js" or "proc_exit" => &Abort,
        _ => throw new WasmException("the module asks for something that it must not have: " + letter),
    };

    private static QuickJsInstance Instance(nint environment) =>
        Unsafe.As<QuickJsInstance>(GCHandle.FromIntPtr(environment).Target!);

    [UnmanagedCallersOnly]
    private static nint Nothing(nint environment, nint caller, RawValue* values, nuint count) => 0;

    [UnmanagedCallersOnly]
    private static nint Zero(nint environment, nint caller, RawValue* values, nuint count)
    {
        values[0].Int64 = 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint NoFile(nint environment, nint caller, RawValue* values, nuint count)
    {
        values[0].Int64 = NotThere;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint NoSeek(nint environment, nint caller, RawValue* values, nuint count)
    {
        values[0].Int64 = NotSeekable;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint Drop(nint environment, nint caller, RawValue* values, nuint count)
    {
        values[0].Int64 = BadFile;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint NoEnvironment(nint environment, nint caller, RawValue* values, nuint count)
    {
        try
        {
            var instance = Instance(environment);
            instance.Span(values[0].UInt32, 4).Clear();
            instance.Span(values[1].UInt32, 4).Clear();
            values[0].Int64 = 0;
            return 0;
        }
        catch (Exception failure)
        {
            return Instance(environment).Fail(failure);
        }
    }

    /// <summary>Local time is UTC: what a function gives must not depend on where it runs. Only the offset of the zone is looked at.</summary>
    [UnmanagedCallersOnly]
    private static nint LocalTime(nint environment, nint caller, RawValue* values, nuint count)
    {
        try
        {
            Instance(environment).Span(values[1].UInt32, TimeBytes).Clear();
            return 0;
        }
        catch (Exception failure)
        {
            return Instance(environment).Fail(failure);
        }
    }

    [UnmanagedCallersOnly]
    private static nint TimeZone(nint environment, nint caller, RawValue* values, nuint count)
    {
        try
        {
            var instance = Instance(environment);
            instance.Span(values[0].UInt32, 4).Clear();
            instance.Span(values[1].UInt32, 4).Clear();
            "UTC\0"u8.CopyTo(instance.Span(values[2].UInt32, 4));
            "UTC\0"u8.CopyTo(instance.Span(values[3].UInt32, 4));
            return 0;
        }
        catch (Exception failure)
        {
            return Instance(environment).Fail(failure);
        }
    }

    [UnmanagedCallersOnly]
    private static nint Now(nint environment, nint caller, RawValue* values, nuint count)
    {
        try
        {
            values[0].Float64 = Instance(environment).Now;
            return 0;
        }
        catch (Exception failure)
        {
            return Instance(environment).Fail(failure);
        }
    }

    [UnmanagedCallersOnly]
    private static nint Grow(nint environment, nint caller, RawValue* values, nuint count)
    {
        try
        {
            values[0].Int64 = Instance(environment).TryGrow(values[0].UInt32) ? 1 : 0;
            return 0;
        }
        catch (Exception failure)
        {
            return Instance(environment).Fail(failure);
        }
    }

    [UnmanagedCallersOnly]
    private static nint CallHost(nint environment, nint caller, RawValue* values, nuint count)
    {
        var instance = Instance(environment);
        try
        {
            var result = instance.CallHost(values[0].UInt32, values[2].Int32, values[3].UInt32, values[4].Int32);
            values[0].Int64 = result;
            return instance.HasFailed ? instance.Trap() : 0;
        }
        catch (Exception failure)
        {
            return instance.Fail(failure);
        }
    }

    [UnmanagedCallersOnly]
    private static nint Abort(nint environment, nint caller, RawValue* values, nuint count) =>
        Instance(environment).Fail(new WasmTrapException(TrapCode.Other, "the engine has given up"));
}
