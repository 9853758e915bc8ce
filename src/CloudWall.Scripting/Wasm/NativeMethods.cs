using System.Runtime.InteropServices;

namespace CloudWall.Scripting.Wasm;

/// <summary>
/// The functions of Wasmtime's C API (wasm.h, wasmtime.h) that are needed, under their own names. What returns an error or a trap hands it
/// over to the caller (<see cref="WasmError"/>).
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "wasmtime";

    // Configuration and the engine, which takes its configuration over.
    [LibraryImport(Library)]
    internal static partial nint wasm_config_new();

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_epoch_interruption_set(nint config, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_async_stack_size_set(nint config, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_max_wasm_stack_set(nint config, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_memory_may_move_set(nint config, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_memory_reservation_set(nint config, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_memory_reservation_for_growth_set(nint config, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_memory_guard_size_set(nint config, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_memory_init_cow_set(nint config, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_signals_based_traps_set(nint config, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    internal static partial void wasmtime_config_wasm_threads_set(nint config, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint wasmtime_config_target_set(nint config, string target);

    [LibraryImport(Library)]
    internal static partial nint wasm_engine_new_with_config(nint config);

    [LibraryImport(Library)]
    internal static partial void wasm_engine_delete(nint engine);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial void wasmtime_engine_increment_epoch(nint engine);

    // Modules.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_module_new(nint engine, byte* wasm, nuint length, out nint module);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_module_serialize(nint module, out ByteVector bytes);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint wasmtime_module_deserialize_file(nint engine, string path, out nint module);

    [LibraryImport(Library)]
    internal static partial void wasmtime_module_delete(nint module);

    [LibraryImport(Library)]
    internal static partial void wasmtime_module_imports(nint module, out PointerVector imports);

    [LibraryImport(Library)]
    internal static partial void wasm_importtype_vec_delete(ref PointerVector imports);

    [LibraryImport(Library)]
    internal static partial ByteVector* wasm_importtype_module(nint import);

    [LibraryImport(Library)]
    internal static partial ByteVector* wasm_importtype_name(nint import);

    [LibraryImport(Library)]
    internal static partial nint wasm_importtype_type(nint import);

    [LibraryImport(Library)]
    internal static partial ByteVector* wasm_exporttype_name(nint export);

    [LibraryImport(Library)]
    internal static partial nint wasm_externtype_as_functype_const(nint type);

    [LibraryImport(Library)]
    internal static partial PointerVector* wasm_functype_params(nint type);

    [LibraryImport(Library)]
    internal static partial PointerVector* wasm_functype_results(nint type);

    [LibraryImport(Library)]
    internal static partial nint wasm_functype_copy(nint type);

    [LibraryImport(Library)]
    internal static partial void wasm_functype_delete(nint type);

    [LibraryImport(Library)]
    internal static partial void wasm_byte_vec_delete(ref ByteVector bytes);

    // Stores.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_store_new(nint engine, nint data, nint finalizer);

    [LibraryImport(Library)]
    internal static partial void wasmtime_store_delete(nint store);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial nint wasmtime_store_context(nint store);

    [LibraryImport(Library)]
    internal static partial void wasmtime_store_limiter(
        nint store, long memorySize, long tableElements, long instances, long tables, long memories);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial void wasmtime_context_set_epoch_deadline(nint context, ulong ticks);

    [LibraryImport(Library)]
    internal static partial void wasmtime_store_epoch_deadline_callback(
        nint store, delegate* unmanaged<nint, nint, ulong*, byte*, nint> callback, nint data, nint finalizer);

    // Memory, functions, instances.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_memorytype_new(
        ulong minimum,
        [MarshalAs(UnmanagedType.U1)] bool hasMaximum,
        ulong maximum,
        [MarshalAs(UnmanagedType.U1)] bool is64,
        [MarshalAs(UnmanagedType.U1)] bool shared,
        byte pageSizeLog2,
        out nint type);

    [LibraryImport(Library)]
    internal static partial void wasm_memorytype_delete(nint type);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_memory_new(nint context, nint type, out WasmMemory memory);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial byte* wasmtime_memory_data(nint context, in WasmMemory memory);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_memory_grow(nint context, in WasmMemory memory, ulong pages, out ulong before);

    [LibraryImport(Library)]
    internal static partial void wasmtime_func_new_unchecked(
        nint context, nint type, delegate* unmanaged<nint, nint, RawValue*, nuint, nint> callback, nint environment, nint finalizer, out WasmFunction function);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_func_call_unchecked(
        nint context, in WasmFunction function, RawValue* argumentsAndResults, nuint count, out nint trap);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_instance_new(
        nint context, nint module, WasmExtern* imports, nuint count, out WasmInstance instance, out nint trap);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool wasmtime_instance_export_get(nint context, in WasmInstance instance, byte* name, nuint length, out WasmExtern item);

    // Failures.
    [LibraryImport(Library)]
    internal static partial void wasmtime_error_message(nint error, out ByteVector message);

    [LibraryImport(Library)]
    internal static partial void wasmtime_error_delete(nint error);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_error_new(byte* message);

    [LibraryImport(Library)]
    internal static partial nint wasmtime_trap_new(byte* message, nuint length);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool wasmtime_trap_code(nint trap, out byte code);

    [LibraryImport(Library)]
    internal static partial void wasm_trap_message(nint trap, out ByteVector message);

    [LibraryImport(Library)]
    internal static partial void wasm_trap_delete(nint trap);
}
