using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>A cursor over one stored level of a view: rows (level 0) or nodes. Keys are without their prefix.</summary>
internal sealed class LevelReader : IDisposable
{
    /// <summary>The number of times that one reader uses rows in memory.</summary>
    private const int MostLeaves = 100;

    private readonly Func<KeyValueReader> _reader;
    private readonly uint _index;
    private readonly int _view;
    private readonly byte[] _prefix;
    private readonly byte[] _end;
    private KeyValueCursor? _forwards;
    private KeyValueCursor? _backwards;
    private NodePage? _leaf;
    private byte[]? _leafEnd;
    private int _at;
    private int _leaves;

    public LevelReader(KeyValueReader reader, uint index, int view, int level)
        : this(() => reader, index, view, level)
    {
    }

    /// <param name="reader">The source of reads, called again after <see cref="Release"/>.</param>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="level">The level.</param>
    public LevelReader(Func<KeyValueReader> reader, uint index, int view, int level)
    {
        _reader = reader;
        (_index, _view) = (index, view);
        _prefix = IndexKeys.Prefix(index, view, level);
        _end = IndexKeys.After(_prefix);
    }

    /// <summary>Finds rows in memory; null to read all rows from the store.</summary>
    public NodeReader? Nodes { get; init; }

    /// <summary>The view's long keys in the state that is read.</summary>
    public LongKeys LongKeys => new(_reader(), _index, _view);

    /// <summary>The current key of the forward cursor.</summary>
    public ReadOnlySpan<byte> Key => _leaf is { } leaf ? leaf.Key(_at) : _forwards!.Key[IndexKeys.RowPrefix..];

    /// <summary>The current value of the forward cursor.</summary>
    public ReadOnlySpan<byte> Value => _leaf is { } leaf ? leaf.Value(_at) : _forwards!.Value;

    /// <summary>Moves to the first key at or after a key.</summary>
    public bool SeekForwards(ReadOnlySpan<byte> key)
    {
        if (FindLeaf(key) is { } leaf)
        {
            _leaf = leaf;
            _at = leaf.Floor(key);
            _at = _at >= 0 && leaf.Key(_at).SequenceEqual(key) ? _at : _at + 1;
            return _at < leaf.Count || MoveToNextLeaf();
        }

        return SeekStored(key);
    }

    public bool MoveNext() => _leaf is { } leaf ? ++_at < leaf.Count || MoveToNextLeaf() : _forwards!.MoveNext();

    /// <summary>The current key of the backward cursor.</summary>
    public ReadOnlySpan<byte> KeyBackwards => _backwards!.Key[IndexKeys.RowPrefix..];

    /// <summary>The current value of the backward cursor.</summary>
    public ReadOnlySpan<byte> ValueBackwards => _backwards!.Value;

    /// <summary>Moves to the last key at or before a key; null stands for the end.</summary>
    public bool SeekBackwards(byte[]? key)
    {
        _backwards ??= _reader().Scan(IndexKeys.Space, _prefix, _end, descending: true);
        _backwards.Seek(key is null ? _end : [.. _prefix, .. key]);
        return _backwards.MoveNext();
    }

    public bool MovePrevious() => _backwards!.MoveNext();

    /// <summary>Releases the store. The caller seeks again before it reads on.</summary>
    public void Release()
    {
        _leaf = null;
        _forwards?.Dispose();
        _backwards?.Dispose();
        _forwards = _backwards = null;
    }

    public void Dispose() => Release();

    private bool MoveToNextLeaf()
    {
        while (_leafEnd is { } end)
        {
            if (FindLeaf(end) is not { } leaf)
            {
                return SeekStored(end);
            }

            (_leaf, _at) = (leaf, 0);
            if (leaf.Count > 0)
            {
                return true;
            }
        }

        // The cursor stays at the end.
        _at = _leaf!.Count;
        return false;
    }

    /// <summary>Finds rows in memory for a limited number of times, so that a long scan does not evict what short ones use.</summary>
    private NodePage? FindLeaf(ReadOnlySpan<byte> key) =>
        Nodes is not null && _leaves++ < MostLeaves ? Nodes.FindLeaf(key, out _leafEnd) : null;

    private bool SeekStored(ReadOnlySpan<byte> key)
    {
        _leaf = null;
        _forwards ??= _reader().Scan(IndexKeys.Space, _prefix, _end);
        _forwards.Seek([.. _prefix, .. key]);
        return _forwards.MoveNext();
    }
}
