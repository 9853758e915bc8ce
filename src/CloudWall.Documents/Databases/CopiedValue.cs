using CloudWall.Documents.Buffers;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>A copy of the current body in a reusable array.</summary>
/// <param name="longestKept">The maximum length of an array that is kept for the next body.</param>
internal sealed class CopiedValue(int longestKept) : PinnedValue
{
    private byte[] _array = [];
    private int _length;

    public override bool Found => true;

    public override ReadOnlySpan<byte> Span => _array.AsSpan(0, _length);

    public override ReadOnlyMemory<byte> Memory => _array.AsMemory(0, _length);

    public void Set(ReadOnlySpan<byte> value)
    {
        if (_array.Length < value.Length)
        {
            Release();
            _array = SharedArrays.Rent<byte>(value.Length);
        }

        _length = value.Length;
        value.CopyTo(_array);
    }

    public void Release()
    {
        SharedArrays.Return(_array);
        _array = [];
        _length = 0;
    }

    protected override void Dispose(bool disposing)
    {
        // The owner of this object may limit its memory, so a long array is not kept.
        if (_array.Length > longestKept)
        {
            Release();
        }
    }
}
