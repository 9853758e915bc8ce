using System.Runtime.InteropServices;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// An instance of QuickJS with a linear memory of its own, for one thread at a time. What it says is a stranger's: every pointer and length
/// out of its memory is checked. After anything but an orderly return it is broken and can only be disposed.
/// </summary>
internal sealed unsafe partial class QuickJsInstance : IScriptMemory, IDisposable
{
    /// <summary>The pages that the module wants from the start.</summary>
    private const int FirstPages = 256;

    /// <summary>Bytes of linear memory that each instance begins with.</summary>
    public const int FirstSize = FirstPages * WasmSettings.Page;

    /// <summary>So many short calls may go by until somebody looks what the instance takes.</summary>
    private const int ShortCalls = 16;

    private readonly MemoryBudget _budget;
    private readonly string _scope;
    private readonly TimeProvider _time;
    private readonly long _limit;
    private readonly nint _store;
    private readonly nint _context;
    private readonly WasmMemory _memory;
    private readonly QuickJsExports _exports;
    private byte* _base;
    private GCHandle _self;
    private long _taken;
    private long _waitsWith;
    private int _size;
    private int _looks;
    private Exception? _failure;

    /// <summary>Makes an instance whose memory is as the module's file says.</summary>
    /// <param name="module">The module.</param>
    /// <param name="limit">Bytes of memory that it may have.</param>
    /// <param name="budget">What all instances may have together.</param>
    /// <param name="scope">The database that it belongs to.</param>
    /// <param name="time">The clock that code sees.</param>
    /// <exception cref="WasmException">It cannot be made.</exception>
    public QuickJsInstance(QuickJsModule module, long limit, MemoryBudget budget, string scope, TimeProvider time)
    {
        (_budget, _scope, _time, _limit) = (budget, scope, time, limit);

        // Code runs only while a thread is in here; so the handle need not keep alive what everybody else has forgotten.
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        budget.CountInstance(1);
        var environment = GCHandle.ToIntPtr(_self);
        _store = NativeMethods.wasmtime_store_new(module.Engine, 0, 0);
        try
        {
            _context = NativeMethods.wasmtime_store_context(_store);
            NativeMethods.wasmtime_store_limiter(_store, limit, 10_000, 1, 1, 1);
            NativeMethods.wasmtime_store_epoch_deadline_callback(_store, &OnDeadline, environment, 0);
            WasmError.ThrowIfSet(NativeMethods.wasmtime_memorytype_new(
                FirstPages, hasMaximum: true, (ulong)(limit / WasmSettings.Page), is64: false, shared: false, 16, out var type));
            var error = NativeMethods.wasmtime_memory_new(_context, type, out _memory);
            NativeMethods.wasm_memorytype_delete(type);
            WasmError.ThrowIfSet(error);
            _base = NativeMethods.wasmtime_memory_data(_context, _memory);
            _size = FirstSize;
            Watch();
            _exports = new QuickJsExports(_context, Instantiate(module, environment));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The last net for one that nobody has disposed of.</summary>
    ~QuickJsInstance() => Release();

    /// <summary>What the running call has to do with the host; null while none runs.</summary>
    public ScriptCall? Running { get; set; }

    /// <summary>From now on the host looks at the time with each tick.</summary>
    public void Watch() => NativeMethods.wasmtime_context_set_epoch_deadline(_context, 1);

    /// <summary>Whether it can only be thrown away.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether something failed in the host, which ends the call as soon as it is back in WebAssembly.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Whether memory was refused since others have it.</summary>
    public bool WasStarved { get; private set; }

    /// <summary>Whether the instance asked for more memory than it may have.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Bytes of linear memory.</summary>
    public int Size => _size;

    /// <summary>
    /// Bytes of linear memory that the system has given to it, beyond what it has of the budget; where the system does not tell, all that
    /// it might have touched.
    /// </summary>
    public long ResidentBytes
    {
        get
        {
            var page = Environment.SystemPageSize;
            var first = (nint)_base / page * page;
            var length = (nuint)((nint)_base + _size - first);
            Span<byte> pages = stackalloc byte[checked((int)((length + (nuint)page - 1) / (nuint)page))];
            fixed (byte* vector = pages)
            {
                return Math.Max(0, (OperatingSystem.IsLinux() && mincore(first, length, vector) == 0
                    ? (long)CountResident(pages) * page
                    : _size) - _taken);
            }
        }
    }

    public QuickJsExports Exports => _exports;

    /// <summary>What <see cref="ResidentBytes"/> was when it was last looked at, by <see cref="LookAtResidentBytes"/>.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>
    /// Looks at <see cref="ResidentBytes"/>, which is a call of the system: after each call that may have touched much, or else now and
    /// then.
    /// </summary>
    /// <param name="isShort">Whether the last call took too little time to touch much.</param>
    public void LookAtResidentBytes(bool isShort)
    {
        if (!isShort || _looks++ % ShortCalls == 0)
        {
            KeptBytes = ResidentBytes;
        }
    }

    /// <summary>A part of linear memory.</summary>
    /// <exception cref="WasmTrapException">It lies outside.</exception>
    public Span<byte> Span(uint pointer, int length) => new LinearMemory(new Span<byte>(_base, _size)).Span(pointer, length);

    /// <summary>A text that ends with a zero.</summary>
    /// <exception cref="WasmTrapException">It lies outside of memory, or has no end in it.</exception>
    public ReadOnlySpan<byte> Text(uint pointer) => new LinearMemory(new Span<byte>(_base, _size)).Text(pointer);

    /// <summary>Calls a function of the module.</summary>
    /// <returns>What it gives; nothing where it gives nothing.</returns>
    /// <exception cref="WasmTrapException">It was ended.</exception>
    public uint Call(in WasmFunction function, uint a = 0, uint b = 0, uint c = 0, uint d = 0, uint e = 0, uint f = 0)
    {
        var values = stackalloc RawValue[6];
        values[0].Int64 = a;
        values[1].Int64 = b;
        values[2].Int64 = c;
        values[3].Int64 = d;
        values[4].Int64 = e;
        values[5].Int64 = f;
        Invoke(function, values);
        return values[0].UInt32;
    }

    /// <summary>A number as a value.</summary>
    public uint NewNumber(uint context, double number)
    {
        var values = stackalloc RawValue[2];
        values[0].Int64 = context;
        values[1].Float64 = number;
        Invoke(_exports.NewNumber, values);
        return values[0].UInt32;
    }

    /// <summary>The number that a value is.</summary>
    public double GetNumber(uint context, uint value)
    {
        var values = stackalloc RawValue[2];
        values[0].Int64 = context;
        values[1].Int64 = value;
        Invoke(_exports.GetNumber, values);
        return values[0].Float64;
    }

    /// <summary>Room for bytes in linear memory.</summary>
    /// <exception cref="WasmTrapException">There is none.</exception>
    public uint Allocate(int length)
    {
        var pointer = Call(_exports.Allocate, (uint)length);
        if (pointer == 0)
        {
            IsExhausted = true;
            throw new WasmTrapException(TrapCode.Other, "out of memory");
        }

        return pointer;
    }

    /// <summary>Bytes in linear memory, with a zero after them.</summary>
    public uint Copy(ReadOnlySpan<byte> bytes)
    {
        var pointer = Allocate(bytes.Length + 1);
        var room = Span(pointer, bytes.Length + 1);
        bytes.CopyTo(room);
        room[^1] = 0;
        return pointer;
    }

    /// <summary>Gives the module more memory, if it may have it.</summary>
    public bool TryGrow(uint wanted)
    {
        if (wanted > _limit)
        {
            IsExhausted = true;
            return false;
        }

        // Somewhat more than is asked for, as the module's own JavaScript does; at least what is asked for.
        var pages = (int)Math.Min(Pages(Math.Max(wanted, _size + (_size / 8L))), _limit / WasmSettings.Page) - (_size / WasmSettings.Page);
        var bytes = (long)pages * WasmSettings.Page;
        if (!_budget.TryTake(_scope, bytes))
        {
            WasStarved = true;
            return false;
        }

        _taken += bytes;
        var error = NativeMethods.wasmtime_memory_grow(_context, _memory, (ulong)pages, out _);
        if (error != 0)
        {
            NativeMethods.wasmtime_error_delete(error);
            IsExhausted = true;
            return false;
        }

        _size += (int)bytes;
        _base = NativeMethods.wasmtime_memory_data(_context, _memory);
        return true;
    }

    /// <summary>Calls back from a function of JavaScript that is the host's.</summary>
    public uint CallHost(uint context, int count, uint arguments, int function) =>
        Running is { } call ? call.Serve(this, context, function, count, arguments) : 0;

    /// <summary>Keeps what failed in the host, and ends the call.</summary>
    public nint Fail(Exception failure)
    {
        _failure ??= failure;
        return Trap();
    }

    /// <summary>A trap that ends the call.</summary>
    public nint Trap()
    {
        var message = "ended by the host"u8;
        fixed (byte* bytes = message)
        {
            return NativeMethods.wasmtime_trap_new(bytes, (nuint)message.Length);
        }
    }

    /// <summary>
    /// Takes of the budget what the pages hold that the instance began with: while it runs, the number of places bounds them.
    /// </summary>
    public void BeginWait()
    {
        var bytes = ResidentBytes;
        _waitsWith = _budget.TryTake(_scope, bytes) ? bytes : throw ScriptException.Starved();
    }

    /// <inheritdoc/>
    public void EndWait()
    {
        _budget.Return(_scope, _waitsWith);
        _waitsWith = 0;
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        IsBroken = true;
        if (_self.IsAllocated)
        {
            if (_store != 0)
            {
                NativeMethods.wasmtime_store_delete(_store);
            }

            _budget.Return(_scope, _taken);
            _budget.CountInstance(-1);
            _taken = 0;
            _self.Free();
        }
    }

    private static int CountResident(ReadOnlySpan<byte> pages)
    {
        var count = 0;
        foreach (var page in pages)
        {
            count += page & 1;
        }

        return count;
    }

    [LibraryImport("libc")]
    private static partial int mincore(nint address, nuint length, byte* vector);

    private static long Pages(long bytes) => (bytes + WasmSettings.Page - 1) / WasmSettings.Page;

    [UnmanagedCallersOnly]
    private static nint OnDeadline(nint context, nint data, ulong* delta, byte* kind)
    {
        *delta = 1;
        *kind = 0;
        var instance = (QuickJsInstance)GCHandle.FromIntPtr(data).Target!;
        try
        {
            instance.Running?.CheckTime();
            return 0;
        }
        catch (Exception failure)
        {
            instance._failure ??= failure;
            fixed (byte* message = "ended by the host\0"u8)
            {
                return NativeMethods.wasmtime_error_new(message);
            }
        }
    }

    private WasmInstance Instantiate(QuickJsModule module, nint environment)
    {
        var imports = stackalloc WasmExtern[module.ImportTypes.Count];
        for (var i = 0; i < module.ImportTypes.Count; i++)
        {
            var (name, type) = module.ImportTypes[i];
            if (type == 0)
            {
                imports[i].Kind = WasmExtern.MemoryKind;
                imports[i].Memory = _memory;
            }
            else
            {
                imports[i].Kind = WasmExtern.FunctionKind;
                NativeMethods.wasmtime_func_new_unchecked(
                    _context, type, QuickJsImports.Of(name), environment, 0, out imports[i].Function);
            }
        }

        WasmError.ThrowIfSet(
            NativeMethods.wasmtime_instance_new(
                _context, module.Module, imports, (nuint)module.ImportTypes.Count, out var instance, out var trap), trap);
        return instance;
    }

    private void Invoke(in WasmFunction function, RawValue* values)
    {
        var error = NativeMethods.wasmtime_func_call_unchecked(_context, function, values, 6, out var trap);
        GC.KeepAlive(this);
        if (error == 0 && trap == 0)
        {
            return;
        }

        IsBroken = true;
        try
        {
            WasmError.ThrowIfSet(error, trap);
        }
        catch (WasmTrapException) when (_failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
