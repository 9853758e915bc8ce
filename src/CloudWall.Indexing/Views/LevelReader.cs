using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>One level of a view as it is stored: rows (level 0) or nodes. Keys are without their prefix.</summary>
internal sealed class LevelReader : IDisposable
{
    /// <summary>How often one reader asks for rows in memory.</summary>
    private const int MostLeaves = 100;

    private readonly Func<KeyValueReader> _reader;
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

    /// <param name="reader">What it is read from, until <see cref="Release"/>.</param>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="level">The level.</param>
    public LevelReader(Func<KeyValueReader> reader, uint index, int view, int level)
    {
        _reader = reader;
        _prefix = IndexKeys.Prefix(index, view, level);
        _end = IndexKeys.After(_prefix);
    }

    /// <summary>Where rows may be in memory; null to read all of them.</summary>
    public NodeReader? Nodes { get; init; }

    /// <summary>The current key of the walk forwards.</summary>
    public ReadOnlySpan<byte> Key => _leaf is { } leaf ? leaf.Key(_at) : _forwards!.Key[IndexKeys.RowPrefix..];

    /// <summary>The current value of the walk forwards.</summary>
    public ReadOnlySpan<byte> Value => _leaf is { } leaf ? leaf.Value(_at) : _forwards!.Value;

    /// <summary>Goes to the first key at or after one.</summary>
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

    /// <summary>The current key of the walk backwards.</summary>
    public ReadOnlySpan<byte> KeyBackwards => _backwards!.Key[IndexKeys.RowPrefix..];

    /// <summary>The current value of the walk backwards.</summary>
    public ReadOnlySpan<byte> ValueBackwards => _backwards!.Value;

    /// <summary>Goes to the last key at or before one; null stands for the end.</summary>
    public bool SeekBackwards(byte[]? key)
    {
        _backwards ??= _reader().Scan(IndexKeys.Space, _prefix, _end, descending: true);
        _backwards.Seek(key is null ? _end : [.. _prefix, .. key]);
        return _backwards.MoveNext();
    }

    public bool MovePrevious() => _backwards!.MoveNext();

    /// <summary>Lets go of what it reads from; it is to be sought anew.</summary>
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

        // It stays there.
        _at = _leaf!.Count;
        return false;
    }

    /// <summary>Rows in memory; a long walk does not drive out what short ones use.</summary>
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
