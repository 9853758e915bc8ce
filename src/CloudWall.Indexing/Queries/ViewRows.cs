using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// An iterator over rows of a view, which stay in the store's memory. It copies only its position when it releases the store. Not
/// thread-safe.
/// </summary>
public sealed class ViewRows : IDisposable
{
    /// <summary>A row larger than this is released once it has been read.</summary>
    private const int LongestHeld = 64 * 1024;

    /// <summary>A row's key ends with this many bytes: its number among its document's rows with the same key.</summary>
    private const int Numbers = 4;

    private readonly LevelReader _rows;
    private readonly NodeReader _nodes;
    private readonly List<RowRange> _ranges;
    private readonly ViewQuery _query;
    private int _range = -1;
    private bool _inRange;

    /// <summary>Whether the cursor stands on the next row rather than the current one.</summary>
    private bool _atNext;

    /// <summary>
    /// In a descending query: the first of several rows of one document with the same key. The backward cursor stands on it, and these
    /// rows are read forwards.
    /// </summary>
    private byte[]? _group;

    /// <summary>
    /// Where the group's first row was removed meanwhile: whether the backward cursor stands on a row before it. Null where it was not.
    /// </summary>
    private bool? _anyBeforeGroup;

    private bool _released;
    private byte[] _place = [];
    private long _left;

    internal ViewRows(LevelReader rows, NodeReader nodes, List<RowRange> ranges, ViewQuery query, long total)
    {
        _rows = rows;
        _nodes = nodes;
        _ranges = ranges;
        _query = query;
        Offset = FindOffset(total);
        _left = query.Limit;
        for (var skipped = 0L; skipped < query.Skip && Step(); skipped++)
        {
        }
    }

    /// <summary>Called when the store fails.</summary>
    internal Action<Exception> Failed { get; init; } = static _ => { };

    /// <summary><c>offset</c>: the number of the view's rows before the first row of the result, skipped rows included.</summary>
    public long Offset { get; }

    /// <summary>The current row's key as JSON; valid until the iterator moves or releases the store.</summary>
    public ReadOnlySpan<byte> Key => RowCodec.Read(Stored, out _, out _);

    /// <summary>The current row's value as JSON; valid until the iterator moves or releases the store.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            RowCodec.Read(Stored, out _, out var value);
            return value;
        }
    }

    /// <summary>The id of the current row's document as UTF-8 (not as JSON); valid as long as <see cref="Key"/>.</summary>
    public ReadOnlySpan<byte> Id
    {
        get
        {
            RowCodec.Read(Stored, out var sortKeyLength, out _);
            return IndexKeys.ReadId(Place[sortKeyLength..]);
        }
    }

    /// <summary>The size of the current row in bytes.</summary>
    public int Length => Stored.Length;

    private ReadOnlySpan<byte> Place => IsForwards ? _rows.Key : _rows.KeyBackwards;

    private ReadOnlySpan<byte> Stored => IsForwards ? _rows.Value : _rows.ValueBackwards;

    private bool IsForwards => !_query.Descending || _group is not null;

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end, or when the limit is reached.</returns>
    public bool MoveNext()
    {
        try
        {
            if (_left <= 0 || !Step())
            {
                return false;
            }
        }
        catch (StorageException failure)
        {
            Failed(failure);
            throw;
        }

        _left--;
        return true;
    }

    /// <summary>Releases the bytes of a large row that the reader has used. Its key and value cannot be read any more.</summary>
    public void Drop()
    {
        if (!_released && Length > LongestHeld)
        {
            ReleaseStore();
        }
    }

    /// <summary>
    /// Undoes the last move, for a reader that cannot use the row yet. The iterator then continues with that row, or with the row that
    /// has taken its place.
    /// </summary>
    public void PutBack()
    {
        _atNext = true;
        _left++;
    }

    /// <summary>Releases the snapshot. The iterator continues in another one.</summary>
    internal void Release()
    {
        ReleaseStore();
        _nodes.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _nodes.Dispose();
    }

    /// <summary>
    /// The offset as CouchDB counts it: from the start of the first range that has rows; where none has, from the start of the last
    /// range.
    /// </summary>
    private long FindOffset(long total)
    {
        for (var i = 0; i < _ranges.Count; i++)
        {
            var (from, to) = _ranges[i];
            var isLast = i == _ranges.Count - 1;
            bool found;
            long before;
            if (_query.Descending)
            {
                found = SeekBefore(to) && _rows.KeyBackwards.SequenceCompareTo(from) >= 0;
                before = to is not null && (found || isLast) ? total - _nodes.CountBefore(to, _rows, out _) : 0;
            }
            else if (isLast || (_rows.SeekForwards(from) && IsBefore(to)))
            {
                before = _nodes.CountBefore(from, _rows, out found);
                found = found && IsBefore(to);
            }
            else
            {
                continue;
            }

            if (found || isLast)
            {
                if (found)
                {
                    (_range, _inRange, _atNext) = (i, true, true);
                }

                return Math.Min(total, before + Math.Min(_query.Skip, total));
            }
        }

        return Math.Min(total, _query.Skip);
    }

    private bool IsBefore(byte[]? to) => to is null || _rows.Key.SequenceCompareTo(to) < 0;

    private bool Step()
    {
        Resume();
        while (true)
        {
            if (!_inRange)
            {
                if (++_range >= _ranges.Count)
                {
                    _range = _ranges.Count - 1;
                    return false;
                }

                _inRange = _query.Descending ? SeekBefore(_ranges[_range].To) : _rows.SeekForwards(_ranges[_range].From);
                _atNext = true;
            }

            if (_query.Descending ? StepBackwards(_ranges[_range].From) : StepForwards(_ranges[_range].To))
            {
                return true;
            }

            _inRange = false;
        }
    }

    private void ReleaseStore()
    {
        if (!_released && _inRange)
        {
            _place = Place.ToArray();
        }

        _released = true;
        _rows.Release();
    }

    /// <summary>Moves back to the position before the release, or to the next row where that one was removed.</summary>
    private void Resume()
    {
        if (!_released)
        {
            return;
        }

        _released = false;
        if (!_inRange)
        {
            return;
        }

        if (_group is not null)
        {
            var any = _rows.SeekBackwards(_group);
            _anyBeforeGroup = any && _rows.KeyBackwards.SequenceEqual(_group) ? null : any;
            _atNext = _rows.SeekForwards(_place) && (_atNext || !_rows.Key.SequenceEqual(_place));
        }
        else
        {
            _inRange = _query.Descending ? _rows.SeekBackwards(_place) : _rows.SeekForwards(_place);
            _atNext = _inRange && (_atNext || !Place.SequenceEqual(_place));
        }
    }

    private bool StepForwards(byte[]? to)
    {
        if (!_inRange || (!_atNext && !_rows.MoveNext()) || (to is not null && _rows.Key.SequenceCompareTo(to) >= 0))
        {
            return false;
        }

        _atNext = false;
        return true;
    }

    private bool StepBackwards(byte[] from)
    {
        if (_group is not null)
        {
            if (StepInGroup(_group))
            {
                return true;
            }

            (_group, _atNext, _inRange) = (null, _anyBeforeGroup is not null, _anyBeforeGroup ?? true);
        }

        if (!_inRange || (!_atNext && !_rows.MovePrevious()) || _rows.KeyBackwards.SequenceCompareTo(from) < 0)
        {
            return false;
        }

        _atNext = false;
        return IsFirst(_rows.KeyBackwards) || EnterGroup();
    }

    private static bool IsFirst(ReadOnlySpan<byte> place) => !place[^Numbers..].ContainsAnyExcept((byte)0);

    /// <summary>Enters several rows of one document with the same key. They have the same order in both directions.</summary>
    private bool EnterGroup()
    {
        while (!IsFirst(_rows.KeyBackwards))
        {
            if (!_rows.MovePrevious())
            {
                return false;
            }
        }

        _group = _rows.KeyBackwards.ToArray();
        _anyBeforeGroup = null;
        return _rows.SeekForwards(_group);
    }

    private bool StepInGroup(ReadOnlySpan<byte> group)
    {
        var found = (_atNext || _rows.MoveNext()) && _rows.Key.Length == group.Length && _rows.Key[..^Numbers].SequenceEqual(group[..^Numbers]);
        _atNext = false;
        return found;
    }

    /// <summary>Moves backwards to the last row before a key.</summary>
    private bool SeekBefore(byte[]? to) =>
        _rows.SeekBackwards(to) && (to is null || _rows.KeyBackwards.SequenceCompareTo(to) < 0 || _rows.MovePrevious());
}
