namespace CloudWall.Indexing.Views;

/// <summary>Changes to a level, ordered by key: the new value of each key, or null where it is removed.</summary>
internal sealed class Edits
{
    private readonly List<(byte[] Key, byte[]? Value)> _entries;

    /// <param name="entries">The changes, ordered by key, each key once.</param>
    public Edits(List<(byte[] Key, byte[]? Value)> entries) => _entries = entries;

    public int Count => _entries.Count;

    public (byte[] Key, byte[]? Value) this[int index] => _entries[index];

    /// <summary>The position of the first change at or after a key.</summary>
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

    /// <summary>Whether a key is removed.</summary>
    public bool Removes(ReadOnlySpan<byte> key)
    {
        var index = LowerBound(key);
        return index < _entries.Count && _entries[index].Value is null && _entries[index].Key.AsSpan().SequenceEqual(key);
    }
}
