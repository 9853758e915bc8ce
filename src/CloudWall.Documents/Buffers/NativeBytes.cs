using System.Buffers;
using System.Runtime.InteropServices;

namespace CloudWall.Documents.Buffers;

/// <summary>
/// Bytes outside the garbage collector's heap, freed on disposal. Long managed arrays would stay resident until the next collection, which
/// with much free memory comes only after hundreds of MiB of garbage. There is deliberately no finaliser: it could free the memory while a
/// span of it is still in use.
/// </summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private readonly int _length;
    private nint _bytes;

    /// <summary>Allocates uninitialised bytes.</summary>
    public NativeBytes(int length)
    {
        _length = length;
        _bytes = (nint)NativeMemory.Alloc((nuint)length);
    }

    /// <summary>The number of bytes.</summary>
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
