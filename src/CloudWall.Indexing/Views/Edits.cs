namespace CloudWall.Indexing.Views;

/// <summary>Changes to a stretch of keys, in their order: what a key's value becomes, or null where it goes.</summary>
internal sealed class Edits
{
    private readonly List<(byte[] Key, byte[]? Value)> _entries;

    /// <param name="entries">In the order of their keys, each once.</param>
    public Edits(List<(byte[] Key, byte[]? Value)> entries) => _entries = entries;

    public int Count => _entries.Count;

    public (byte[] Key, byte[]? Value) this[int index] => _entries[index];

    /// <summary>The first at or after a key.</summary>
    public int LowerBound(ReadOnlySpan<byte> key)
    {
        var low = 0;
        var high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Key.AsSpan().SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Whether a key goes.</summary>
    public bool Removes(ReadOnlySpan<byte> key)
    {
        var index = LowerBound(key);
        return index < _entries.Count && _entries[index].Value is null && _entries[index].Key.AsSpan().SequenceEqual(key);
    }
}
