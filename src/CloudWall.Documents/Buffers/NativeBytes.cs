using System.Buffers;
using System.Runtime.InteropServices;

namespace CloudWall.Documents.Buffers;

/// <summary>
/// Bytes outside of the garbage collector's heap, which go back to the system as soon as they are disposed of: long arrays that are garbage
/// stay resident until it collects, and with much memory free it does so only after hundreds of MiB of them. Nothing but that gives them
/// back: a finaliser could do so while somebody still reads a span of them.
/// </summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private readonly int _length;
    private nint _bytes;

    /// <summary>So many bytes, with whatever is in them.</summary>
    public NativeBytes(int length)
    {
        _length = length;
        _bytes = (nint)NativeMemory.Alloc((nuint)length);
    }

    /// <summary>How many bytes there are.</summary>
    public int Length => _length;

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_bytes == 0, typeof(NativeBytes));
        return new Span<byte>((void*)_bytes, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_bytes == 0, typeof(NativeBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        return new MemoryHandle((byte*)_bytes + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => NativeMemory.Free((void*)Interlocked.Exchange(ref _bytes, 0));
}
