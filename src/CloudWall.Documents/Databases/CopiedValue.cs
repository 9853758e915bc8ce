using CloudWall.Documents.Buffers;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>A copy of the current body, in an array that serves for all of them.</summary>
/// <param name="longestKept">The longest array that is kept for the next body.</param>
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
        // The array is its owner's, who may want it back when it is long.
        if (_array.Length > longestKept)
        {
            Release();
        }
    }
}
