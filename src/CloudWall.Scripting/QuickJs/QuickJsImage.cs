using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// The state of an instance between two calls: its memory, without the stack, on which nothing lies then. An instance that is put back to an
/// image is what it was, whatever code has done to it since; another instance that is put to it is the same. All images but the first have
/// only what differs from the first: most of each is the driver.
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

    /// <summary>What differs is found in blocks of this size.</summary>
    private const int Block = 512;

    private readonly QuickJsImage? _first;
    private readonly byte[] _data;
    private readonly byte[] _heap;
    private readonly (uint Pointer, int Length)[] _runs;
    private readonly int _dataEnd;
    private readonly uint _heapStart;
    private readonly uint[] _realms;
    private readonly int _randomOffset;

    /// <summary>The first image, which has all.</summary>
    private QuickJsImage(QuickJsInstance instance, int dataEnd, uint heapStart)
    {
        (_dataEnd, _heapStart, _runs) = (dataEnd, heapStart, []);
        (_realms, _randomOffset, Runtime, Size) = ([.. instance.Realms], instance.RandomOffset, instance.Runtime, instance.Size);
        _data = instance.Span(0, dataEnd).ToArray();
        var heap = HeapOf(instance);
        _heap = heap[..EndOf(heap)].ToArray();
    }

    /// <summary>Another image.</summary>
    private QuickJsImage(QuickJsInstance instance, QuickJsImage first)
    {
        (_first, _dataEnd, _heapStart, Dispatch) = (first, first._dataEnd, first._heapStart, first.Dispatch);
        (_realms, _randomOffset, Runtime, Size) = ([.. instance.Realms], instance.RandomOffset, instance.Runtime, instance.Size);
        var heap = HeapOf(instance);
        var end = EndOf(heap);
        if (end > first._heap.Length + MostGrowth)
        {
            throw ScriptException.Compilation("functions take more than " + (MostGrowth >> 20) + " MiB of memory before they are called");
        }

        var runs = new List<(uint Pointer, int Length)>();
        Compare(0, instance.Span(0, _dataEnd), first._data, runs);
        Compare(_heapStart, heap[..Math.Max(end, first._heap.Length)], first._heap, runs);
        _data = new byte[runs.Sum(static run => run.Length)];
        (_heap, _runs) = ([], [.. runs]);
        var place = 0;
        foreach (var (pointer, length) in runs)
        {
            instance.Span(pointer, length).CopyTo(_data.AsSpan(place));
            place += length;
        }
    }

    /// <summary>The runtime in it.</summary>
    public uint Runtime { get; }

    /// <summary>Bytes that it takes.</summary>
    public int Bytes => _data.Length + _heap.Length + (_runs.Length * (sizeof(uint) + sizeof(int)));

    /// <summary>The driver's function, as a value in the image.</summary>
    public uint Dispatch { get; init; }

    /// <summary>How much memory an instance had.</summary>
    public int Size { get; }

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
            : new QuickJsImage(instance, dataEnd, (uint)heapStart) { Dispatch = dispatch };
    }

    /// <summary>Takes the state of an instance that was put to an earlier one.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="first">The state with which all began.</param>
    /// <exception cref="ScriptException"><c>compilation_error</c>: it takes too much.</exception>
    public static QuickJsImage Of(QuickJsInstance instance, QuickJsImage first) => new(instance, first);

    /// <summary>Puts an instance to this state.</summary>
    /// <param name="instance">The instance.</param>
    public void Restore(QuickJsInstance instance)
    {
        if (instance.Size < Size && !instance.TryGrow((uint)Size))
        {
            throw instance.WasStarved ? ScriptException.Starved() : new ScriptException("InternalError", "out of memory");
        }

        var first = _first ?? this;
        first._data.CopyTo(instance.Span(0, _dataEnd));
        first._heap.CopyTo(instance.Span(_heapStart, first._heap.Length));
        var place = 0;
        foreach (var (pointer, length) in _runs)
        {
            _data.AsSpan(place, length).CopyTo(instance.Span(pointer, length));
            place += length;
        }

        instance.Runtime = Runtime;
        instance.ResetRealms(_realms, _randomOffset);
    }

    /// <summary>Finds the blocks that differ; those that lie side by side become one run.</summary>
    private static void Compare(uint start, ReadOnlySpan<byte> now, ReadOnlySpan<byte> before, List<(uint Pointer, int Length)> runs)
    {
        for (var at = 0; at < now.Length; at += Block)
        {
            var length = Math.Min(Block, now.Length - at);
            if (at + length <= before.Length && now.Slice(at, length).SequenceEqual(before.Slice(at, length)))
            {
                continue;
            }

            var pointer = start + (uint)at;
            if (runs is [.., var last] && last.Pointer + last.Length == pointer)
            {
                runs[^1] = (last.Pointer, last.Length + length);
            }
            else
            {
                runs.Add((pointer, length));
            }
        }
    }

    /// <summary>The heap, as far as it was ever touched, or as far as that of the first image.</summary>
    private Span<byte> HeapOf(QuickJsInstance instance)
    {
        var heap = instance.Span(_heapStart, instance.Size - (int)_heapStart);
        return heap[..Math.Max(TouchedMemory.End(heap), _first?._heap.Length ?? 0)];
    }

    private static int EndOf(ReadOnlySpan<byte> heap) => heap.LastIndexOfAnyExcept((byte)0) + 1;
}
