namespace CloudWall.Indexing.Views;

/// <summary>Some of the keys that go by, evenly chosen, to part all of them by.</summary>
internal sealed class KeySample(ulong seed)
{
    private const int Most = 4096;
    private const int Fewest = 32;

    private readonly List<byte[]> _keys = [];
    private int _height = 1;

    public void Add(ReadOnlySpan<byte> rowKey)
    {
        if (ViewNode.Height(rowKey, seed) < _height)
        {
            return;
        }

        _keys.Add(rowKey.ToArray());
        if (_keys.Count > Most && _height < ViewNode.Levels)
        {
            _height++;
            _keys.RemoveAll(key => ViewNode.Height(key, seed) < _height);
        }
    }

    /// <summary>Keys between which about as many lie, one fewer than there are parts; none where it is not worth it.</summary>
    public byte[][] Split(int parts)
    {
        if (_keys.Count < Fewest)
        {
            return [];
        }

        _keys.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return [.. Enumerable.Range(1, parts - 1).Select(part => _keys[(int)((long)part * _keys.Count / parts)]).Distinct(BytesComparer.Instance)];
    }
}
