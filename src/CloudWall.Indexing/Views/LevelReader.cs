using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>One level of a view as it is stored: rows (level 0) or nodes. Keys are without their prefix.</summary>
internal sealed class LevelReader : IDisposable
{
    private readonly Func<KeyValueReader> _reader;
    private readonly byte[] _prefix;
    private readonly byte[] _end;
    private KeyValueCursor? _forwards;
    private KeyValueCursor? _backwards;

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

    /// <summary>The current key of the walk forwards.</summary>
    public ReadOnlySpan<byte> Key => _forwards!.Key[IndexKeys.RowPrefix..];

    /// <summary>The current value of the walk forwards.</summary>
    public ReadOnlySpan<byte> Value => _forwards!.Value;

    /// <summary>Goes to the first key at or after one.</summary>
    public bool SeekForwards(ReadOnlySpan<byte> key)
    {
        _forwards ??= _reader().Scan(IndexKeys.Space, _prefix, _end);
        _forwards.Seek([.. _prefix, .. key]);
        return _forwards.MoveNext();
    }

    public bool MoveNext() => _forwards!.MoveNext();

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
        _forwards?.Dispose();
        _backwards?.Dispose();
        _forwards = _backwards = null;
    }

    public void Dispose() => Release();
}
