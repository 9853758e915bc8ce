using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>A walk over rows of a view. Not safe for use from several threads at once.</summary>
public sealed class ViewRows : IDisposable
{
    private const int LongestKept = 64 * 1024;

    private readonly LevelReader _rows;
    private readonly NodeReader _nodes;
    private readonly List<RowRange> _ranges;
    private readonly ViewQuery _query;
    private readonly Queue<(byte[] Key, byte[] Stored)> _same = new();
    private int _range = -1;
    private bool _inRange;
    private bool _atNext;
    private bool _released;
    private bool _isPutBack;
    private byte[] _place = [];
    private long _left;
    private byte[] _key = new byte[128];
    private int _keyLength;
    private byte[] _stored = new byte[256];
    private int _storedLength;
    private int _sortKeyLength;

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

    /// <summary>The current row's key as JSON; valid until the walk goes on.</summary>
    public ReadOnlySpan<byte> Key => RowCodec.Read(_stored.AsSpan(0, _storedLength), out _, out _);

    /// <summary>The current row's value as JSON; valid until the walk goes on.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            RowCodec.Read(_stored.AsSpan(0, _storedLength), out _, out var value);
            return value;
        }
    }

    /// <summary>The id of the current row's document as UTF-8 (not as JSON); valid until the walk goes on.</summary>
    public ReadOnlySpan<byte> Id => IndexKeys.ReadId(_key.AsSpan(_sortKeyLength, _keyLength - _sortKeyLength));

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

    /// <summary>How many bytes the current row has.</summary>
    public int Length => _storedLength;

    /// <summary>
    /// Gives the current row's bytes back, if they are many: its key and value cannot be read any more, for a reader that has used them.
    /// </summary>
    public void Drop()
    {
        if (_stored.Length > LongestKept)
        {
            _stored = [];
            _storedLength = 0;
        }
    }

    /// <summary>
    /// Gives the current row back, for a reader that cannot use it yet: the walk goes on with it, or with what has taken its place.
    /// </summary>
    /// <returns>
    /// False where it is held as long as the walk stands there: backwards, among several of one document with the same key.
    /// </returns>
    public bool TryPutBack()
    {
        if (_query.Descending && (_same.Count > 0 || !_key.AsSpan(0, _keyLength).SequenceEqual(_place)))
        {
            return false;
        }

        Drop();
        _isPutBack = true;
        _atNext = true;
        _left++;
        return true;
    }

    /// <summary>Lets go of the snapshot; the walk goes on in another.</summary>
    internal void Release()
    {
        _released = true;
        _rows.Release();
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
        if (_same.TryDequeue(out var next))
        {
            Take(next.Key, next.Stored);
            return true;
        }

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

    /// <summary>Goes back to where the walk was, or would have been.</summary>
    private void Resume()
    {
        if (!_released)
        {
            return;
        }

        _released = false;
        if (_inRange)
        {
            var place = _query.Descending ? _place : _key.AsSpan(0, _keyLength);
            _inRange = _query.Descending ? _rows.SeekBackwards(_place) : _rows.SeekForwards(place);
            _atNext = _inRange && (_isPutBack || !(_query.Descending ? _rows.KeyBackwards : _rows.Key).SequenceEqual(place));
        }
    }

    private bool StepForwards(byte[]? to)
    {
        if (!_inRange || (!_atNext && !_rows.MoveNext()) || (to is not null && _rows.Key.SequenceCompareTo(to) >= 0))
        {
            return false;
        }

        _atNext = false;
        Take(_rows.Key, _rows.Value);
        return true;
    }

    /// <summary>Rows of one document with the same key come in the same order in both directions.</summary>
    private bool StepBackwards(byte[] from)
    {
        if (!_inRange || (!_atNext && !_rows.MovePrevious()) || _rows.KeyBackwards.SequenceCompareTo(from) < 0)
        {
            return false;
        }

        _atNext = false;
        var same = new List<(byte[] Key, byte[] Stored)> { (_rows.KeyBackwards.ToArray(), _rows.ValueBackwards.ToArray()) };
        while (same[^1].Key.AsSpan(^4..).IndexOfAnyExcept((byte)0) >= 0 && _rows.MovePrevious())
        {
            same.Add((_rows.KeyBackwards.ToArray(), _rows.ValueBackwards.ToArray()));
        }

        _place = same[^1].Key;
        for (var i = same.Count - 1; i >= 0; i--)
        {
            _same.Enqueue(same[i]);
        }

        var (key, stored) = _same.Dequeue();
        Take(key, stored);
        return true;
    }

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored)
    {
        _isPutBack = false;
        _keyLength = Copy(key, ref _key);
        _storedLength = Copy(stored, ref _stored);
        RowCodec.Read(stored, out _sortKeyLength, out _);
    }

    private static int Copy(ReadOnlySpan<byte> bytes, ref byte[] to)
    {
        if (bytes.Length > to.Length)
        {
            to = new byte[bytes.Length <= LongestKept / 2 ? bytes.Length * 2 : bytes.Length];
        }

        bytes.CopyTo(to);
        return bytes.Length;
    }

    /// <summary>Goes backwards to the last row before a key.</summary>
    private bool SeekBefore(byte[]? to) =>
        _rows.SeekBackwards(to) && (to is null || _rows.KeyBackwards.SequenceCompareTo(to) < 0 || _rows.MovePrevious());
}
