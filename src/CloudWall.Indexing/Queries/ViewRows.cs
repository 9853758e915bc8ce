using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// A walk over rows of a view, which lie in the store's memory: nothing is copied but where the walk stands when it lets go of the store. Not
/// safe for use from several threads at once.
/// </summary>
public sealed class ViewRows : IDisposable
{
    /// <summary>Rows of more bytes are not held once they have been read.</summary>
    private const int LongestHeld = 64 * 1024;

    /// <summary>A row's key ends with its number among those of one document with the same key.</summary>
    private const int Numbers = 4;

    private readonly LevelReader _rows;
    private readonly NodeReader _nodes;
    private readonly List<RowRange> _ranges;
    private readonly ViewQuery _query;
    private int _range = -1;
    private bool _inRange;

    /// <summary>Whether the row where the cursor stands is the next one, rather than the current one.</summary>
    private bool _atNext;

    /// <summary>
    /// Backwards, among several rows of one document with the same key: the first of them, where the cursor backwards stands. They are read
    /// forwards.
    /// </summary>
    private byte[]? _group;

    /// <summary>Where the first row of the group is there no longer: whether there is one before it, where the cursor backwards stands.</summary>
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

    /// <summary>Told when the store fails.</summary>
    internal Action<Exception> Failed { get; init; } = static _ => { };

    /// <summary><c>offset</c>: how many rows of the view come before the first that the query gives, skipped ones included.</summary>
    public long Offset { get; }

    /// <summary>The current row's key as JSON; valid until the walk goes on, or lets go of the store.</summary>
    public ReadOnlySpan<byte> Key => RowCodec.Read(Stored, out _, out _);

    /// <summary>The current row's value as JSON; valid until the walk goes on, or lets go of the store.</summary>
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

    /// <summary>How many bytes the current row has.</summary>
    public int Length => Stored.Length;

    private ReadOnlySpan<byte> Place => IsForwards ? _rows.Key : _rows.KeyBackwards;

    private ReadOnlySpan<byte> Stored => IsForwards ? _rows.Value : _rows.ValueBackwards;

    private bool IsForwards => !_query.Descending || _group is not null;

    /// <summary>Goes to the next row.</summary>
    /// <returns>False when there is none, or the limit is reached.</returns>
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

    /// <summary>
    /// Lets go of the current row's bytes, if they are many: its key and value cannot be read any more, for a reader that has used them.
    /// </summary>
    public void Drop()
    {
        if (!_released && Length > LongestHeld)
        {
            LetGo();
        }
    }

    /// <summary>
    /// Gives the current row back, for a reader that cannot use it yet: the walk goes on with it, or with what has taken its place.
    /// </summary>
    public void PutBack()
    {
        _atNext = true;
        _left++;
    }

    /// <summary>Lets go of the snapshot; the walk goes on in another.</summary>
    internal void Release()
    {
        LetGo();
        _nodes.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _nodes.Dispose();
    }

    /// <summary>As CouchDB has it: from where the first range begins that has rows; where none has, from where the last begins.</summary>
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

    private void LetGo()
    {
        if (!_released && _inRange)
        {
            _place = Place.ToArray();
        }

        _released = true;
        _rows.Release();
    }

    /// <summary>Goes back to where the walk was, or would have been.</summary>
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

    /// <summary>Rows of one document with the same key come in the same order in both directions.</summary>
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

    /// <summary>Goes backwards to the last row before a key.</summary>
    private bool SeekBefore(byte[]? to) =>
        _rows.SeekBackwards(to) && (to is null || _rows.KeyBackwards.SequenceCompareTo(to) < 0 || _rows.MovePrevious());
}
