namespace CloudWall.Indexing.Views;

/// <summary>Memory for rows that are released together, in reusable arrays.</summary>
internal sealed class RowArena
{
    private const int ArrayLength = 64 << 10;

    private readonly List<byte[]> _arrays = [];
    private int _current = -1;
    private int _used = ArrayLength;

    /// <summary>Allocates memory that is valid until <see cref="Clear"/>.</summary>
    public Memory<byte> Take(int length)
    {
        if (length > ArrayLength)
        {
            return new byte[length];
        }

        if (length > ArrayLength - _used)
        {
            _current++;
            _used = 0;
            if (_current == _arrays.Count)
            {
                _arrays.Add(GC.AllocateUninitializedArray<byte>(ArrayLength));
            }
        }

        var taken = _arrays[_current].AsMemory(_used, length);
        _used += length;
        return taken;
    }

    /// <summary>Releases all memory for reuse.</summary>
    public void Clear()
    {
        _current = -1;
        _used = ArrayLength;
    }
}
