namespace CloudWall.Indexing.Views;

/// <summary>An even sample of added keys, used to split all keys into parts of about the same size.</summary>
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

    /// <summary>
    /// Keys that split all keys into about equal parts, one fewer than there are parts; none where splitting is not worth while.
    /// </summary>
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
