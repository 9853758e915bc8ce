using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// The state of an instance between two calls: its memory, without the stack, on which nothing lies then. An instance that is put back to an
/// image is what it was, whatever code has done to it since; another instance that is put to it is the same.
/// </summary>
internal sealed class QuickJsImage
{
    /// <summary>The module's stack lies between its data and its heap (<c>STACK_SIZE</c> in its build).</summary>
    private const int StackBytes = 5 << 20;

    private const int Step = 4096;

    /// <summary>
    /// How much more than the first state another may take: an image has all that was ever written, freed or not, and each call copies it.
    /// </summary>
    private const int MostGrowth = 16 << 20;

    private readonly byte[] _data;
    private readonly byte[] _heap;
    private readonly int _heapStart;
    private readonly uint[] _realms;
    private readonly int _randomOffset;

    private QuickJsImage(byte[] data, byte[] heap, int heapStart, QuickJsInstance instance)
    {
        (_data, _heap, _heapStart) = (data, heap, heapStart);
        _realms = [.. instance.Realms];
        _randomOffset = instance.RandomOffset;
        Runtime = instance.Runtime;
    }

    /// <summary>The runtime in it.</summary>
    public uint Runtime { get; }

    /// <summary>Bytes that it takes.</summary>
    public int Bytes => _data.Length + _heap.Length;

    /// <summary>The driver's function, as a value in the image.</summary>
    public uint Dispatch { get; init; }

    /// <summary>How much memory an instance had.</summary>
    public int Size { get; init; }

    /// <summary>Takes the state of an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="firstAllocation">Where its heap begins.</param>
    /// <param name="dispatch">The driver's function.</param>
    public static QuickJsImage Of(QuickJsInstance instance, uint firstAllocation, uint dispatch)
    {
        var dataEnd = ((int)firstAllocation - StackBytes + Step - 1) / Step * Step;
        var heapStart = (int)firstAllocation / Step * Step;
        return dataEnd <= 0 || dataEnd >= heapStart
            ? throw new WasmException("the module's memory is laid out in another way")
            : Of(instance, dataEnd, heapStart, dispatch, int.MaxValue);
    }

    /// <summary>Takes the state of an instance that was put to an earlier one.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="earlier">The earlier state.</param>
    /// <param name="first">The state with which all began.</param>
    /// <exception cref="ScriptException"><c>compilation_error</c>: it takes too much.</exception>
    public static QuickJsImage Of(QuickJsInstance instance, QuickJsImage earlier, QuickJsImage first) =>
        Of(instance, earlier._data.Length, earlier._heapStart, earlier.Dispatch, first._heap.Length + MostGrowth);

    /// <summary>Puts an instance to this state.</summary>
    /// <param name="instance">The instance.</param>
    public void Restore(QuickJsInstance instance)
    {
        if (instance.Size < Size && !instance.TryGrow((uint)Size))
        {
            throw instance.WasStarved ? ScriptException.Starved() : new ScriptException("InternalError", "out of memory");
        }

        _data.CopyTo(instance.Span(0, _data.Length));
        _heap.CopyTo(instance.Span((uint)_heapStart, _heap.Length));
        instance.Runtime = Runtime;
        instance.ResetRealms(_realms, _randomOffset);
    }

    private static QuickJsImage Of(QuickJsInstance instance, int dataEnd, int heapStart, uint dispatch, int most)
    {
        var heap = instance.Span((uint)heapStart, instance.Size - heapStart);
        var end = heap.LastIndexOfAnyExcept((byte)0) + 1;
        if (end > most)
        {
            throw ScriptException.Compilation("functions take more than " + (MostGrowth >> 20) + " MiB of memory before they are called");
        }

        return new QuickJsImage(instance.Span(0, dataEnd).ToArray(), heap[..end].ToArray(), heapStart, instance) { Dispatch = dispatch, Size = instance.Size };
    }
}
