namespace CloudWall.Scripting.Wasm;

/// <summary>
/// How much of everything instances get. The stacks belong together: QuickJS counts its own (in linear memory) and ends deep recursion with
/// an error; Wasmtime counts what compiled code takes of the thread's and traps; the thread must have more than both need.
/// </summary>
internal static class WasmSettings
{
    /// <summary>QuickJS's stack, of the 5 MiB that its module has in linear memory: 10,900 plain calls.</summary>
    public const int ScriptStack = 2 << 20;

    /// <summary>
    /// What compiled code may take of a thread's stack. On x64 a call takes seven times as much of it as of QuickJS's own stack, and most of
    /// what is native in QuickJS less than eleven times; what takes more, such as to parse parentheses in parentheses, ends by a trap.
    /// </summary>
    public const int WasmStack = 32 << 20;

    /// <summary>The stack of a thread that runs functions: also what the host needs below and above.</summary>
    public const int ThreadStack = WasmStack + (8 << 20);

    /// <summary>Addresses that an instance takes from the start. Its memory moves where it may grow beyond them, and does.</summary>
    public const ulong Reservation = 128 << 20;

    /// <summary>The size of a page of linear memory.</summary>
    public const int Page = 64 << 10;

    /// <summary>
    /// A configuration. Little memory is reserved, and none is guarded by pages without access: kernels with
    /// 39 bits of addresses have room for few reservations of the usual 4 GiB. Traps are checks in the code, not signals, so that the
    /// handlers of this runtime stay the only ones.
    /// </summary>
    /// <param name="target">The machine that code is made for, such as <c>aarch64-unknown-linux-gnu</c>; null for this one.</param>
    public static nint CreateConfiguration(string? target = null)
    {
        var config = NativeMethods.wasm_config_new();
        if (target is not null)
        {
            WasmError.ThrowIfSet(NativeMethods.wasmtime_config_target_set(config, target));
        }

        NativeMethods.wasmtime_config_epoch_interruption_set(config, true);

        // In this order: a stack for asynchronous calls that is less than the other makes the library end the process.
        NativeMethods.wasmtime_config_async_stack_size_set(config, ThreadStack);
        NativeMethods.wasmtime_config_max_wasm_stack_set(config, WasmStack);
        NativeMethods.wasmtime_config_signals_based_traps_set(config, false);
        NativeMethods.wasmtime_config_memory_may_move_set(config, true);
        NativeMethods.wasmtime_config_memory_reservation_set(config, Reservation);
        NativeMethods.wasmtime_config_memory_reservation_for_growth_set(config, 0);
        NativeMethods.wasmtime_config_memory_guard_size_set(config, 0);
        NativeMethods.wasmtime_config_memory_init_cow_set(config, true);
        NativeMethods.wasmtime_config_wasm_threads_set(config, false);
        return config;
    }
}
