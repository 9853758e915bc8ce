using System.Buffers;
using System.Text.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// An iterator over groups of rows and their reductions. Several groups are reduced together, to call functions less often. Not
/// thread-safe.
/// </summary>
public sealed class ReducedRows : IDisposable
{
    private const int MostGroups = 64;

    /// <summary>The number of groups that are reduced together where every group needs calls of a function.</summary>
    private const int MostCalledGroups = 1;
    private const int FewRows = 64;
    private const int VeryFewRows = 8;
    private const int MostRows = 4096;

    /// <summary>The maximum number of bytes that are collected at a time. A single row or state may be larger.</summary>
    private const int MostBytes = 1 << 20;

    private readonly LevelReader _rows;
    private readonly NodeReader _nodes;
    private readonly Reducer _reducer;
    private readonly int _reduction;
    private readonly List<RowRange> _ranges;
    private readonly ViewQuery _query;
    private readonly CollationOrder _order;
    private readonly CancellationToken _cancellation;
    private readonly Queue<ReducedGroup> _ready = new();
    private readonly int _most;
    private int _range;
    private RowRange? _rest;
    private bool _atRow;
    private long _skip;
    private long _left;
    private ReducedGroup _current;
    private long _announced;

    internal ReducedRows(
        LevelReader rows,
        NodeReader nodes,
        Reducer reducer,
        int reduction,
        List<RowRange> ranges,
        ViewQuery query,
        CollationOrder order,
        CancellationToken cancellation)
    {
        _rows = rows;
        _nodes = nodes;
        _reducer = reducer;
        _reduction = reduction;
        _ranges = ranges;
        _query = query;
        _order = order;
        _cancellation = cancellation;
        _skip = query.Skip;
        _left = query.Limit;
        _most = CallsFunctions ? MostCalledGroups : MostGroups;
    }

    /// <summary>Called when the store fails.</summary>
    internal Action<Exception> Failed { get; init; } = static _ => { };

    /// <summary>Whether functions of the design document reduce the groups. <see cref="MoveNext"/> waits for them.</summary>
    public bool CallsFunctions => _reducer is ScriptReducer;

    /// <summary>The current group's key as JSON; <c>null</c> where all rows are one group.</summary>
    public ReadOnlySpan<byte> Key => _current.Key;

    /// <summary>The reduction of the current group as JSON.</summary>
    public ReadOnlySpan<byte> Value => _current.Value;

    /// <summary>
    /// The error of a group whose reduction did not shrink (<c>reduce_overflow_error</c>); null where the group has a value.
    /// </summary>
    public string? Overflow => _current.Overflow;

    /// <summary>
    /// The size of the current group as clients see it, in bytes; while <see cref="IsWaiting"/>, the size of its first row.
    /// </summary>
    public long Length => IsWaiting ? _announced : _current.Key.Length + _current.Value.Length;

    /// <summary>
    /// Before a group whose first row is larger than this, the iterator stops and copies nothing (<see cref="IsWaiting"/>).
    /// </summary>
    public long AnnouncedAbove { get; init; } = long.MaxValue;

    /// <summary>Whether the iterator has stopped before a large group. The next call of <see cref="MoveNext"/> continues.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Moves to the next group.</summary>
    /// <returns>False at the end, or when the limit is reached.</returns>
    /// <exception cref="Documents.DocumentException">A reduce function failed.</exception>
    public bool MoveNext()
    {
        var isAnnounced = IsWaiting;
        IsWaiting = false;
        try
        {
            if (_ready.Count == 0 && !Fill(isAnnounced))
            {
                _current = default;
                return IsWaiting = true;
            }
        }
        catch (StorageException failure)
        {
            Failed(failure);
            throw;
        }

        return _ready.TryDequeue(out _current);
    }

    /// <summary>
    /// Undoes the last move, for a reader that cannot use the group yet, and discards the groups that were reduced together with it. The
    /// iterator then continues with the group's present state.
    /// </summary>
    public void PutBack()
    {
        _left += _ready.Count + 1;
        (_range, _rest) = _current.Place;
        _ready.Clear();
        _current = default;
        _atRow = false;
    }

    /// <summary>Releases the snapshot. The iterator continues in another one.</summary>
    internal void Release()
    {
        _atRow = false;
        _rows.Release();
        _nodes.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _nodes.Dispose();
    }

    /// <summary>Reduces the next groups.</summary>
    /// <param name="isAnnounced">Whether the reader knows the size of the first group.</param>
    /// <returns>False where the reader has to learn that size first.</returns>
    private bool Fill(bool isAnnounced)
    {
        var groups = new List<GroupParts>();
        var places = new List<(int Range, RowRange? Left)>();
        var bytes = 0L;
        for (var place = (_range, _rest); groups.Count < _most && bytes < MostBytes && _left > 0; place = (_range, _rest))
        {
            if (AnnouncedAbove < long.MaxValue && !isAnnounced && _skip == 0 && PeekBytes() > AnnouncedAbove)
            {
                if (groups.Count == 0)
                {
                    return false;
                }

                break;
            }

            isAnnounced = false;
            if (NextGroup() is not { } group)
            {
                break;
            }

            _cancellation.ThrowIfCancellationRequested();
            if (_skip > 0)
            {
                _skip--;
                continue;
            }

            groups.Add(group);
            places.Add(place);
            bytes += group.Key.Length + group.Bytes;
            _left--;
        }

        var runs = new List<IReadOnlyList<ReduceRow>>();
        foreach (var group in groups)
        {
            AddRun(group.Before);
            AddRun(group.After);
        }

        var reduced = runs.Count == 0 ? [] : _reducer.Reduce(runs, _cancellation);
        var run = 0;
        var merged = new List<IReadOnlyList<byte[]>>();
        var states = new byte[groups.Count][];
        foreach (var group in groups)
        {
            if (group.Before.Count > 0)
            {
                group.States.Insert(0, reduced[run++]);
            }

            if (group.After.Count > 0)
            {
                group.States.Add(reduced[run++]);
            }

            if (group.States.Count > 1 || _reducer.AlwaysRereduces)
            {
                merged.Add(group.States);
            }
        }

        var results = merged.Count == 0 ? [] : _reducer.Rereduce(merged, _cancellation);
        var next = 0;
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = groups[i].States.Count > 1 || _reducer.AlwaysRereduces ? results[next++] : groups[i].States[0];
            var overflow = _reducer.OverflowOf(states[i]);
            _ready.Enqueue(new ReducedGroup(groups[i].Key, overflow is null ? _reducer.Finish(states[i]) : [], overflow, places[i]));
        }

        return true;

        void AddRun(List<ReduceRow> rows)
        {
            if (rows.Count > 0)
            {
                runs.Add(InOrder(rows));
            }
        }
    }

    /// <summary>The size of the next group's first row in bytes; 0 where there is none, and where all rows are one group.</summary>
    private long PeekBytes()
    {
        if (_query.GroupLevel == 0)
        {
            return 0;
        }

        for (; _rest is not null || _range < _ranges.Count; _rest = null)
        {
            if (_rest is not { } rest)
            {
                _rest = rest = _ranges[_range++];
                _atRow = false;
            }

            if (_query.Descending ? SeekLast(rest) : SeekFirst(rest))
            {
                return _announced = _query.Descending ? _rows.ValueBackwards.Length : _rows.Value.Length;
            }
        }

        return 0;
    }

    private bool SeekFirst(RowRange rest)
    {
        _atRow = (_atRow || _rows.SeekForwards(rest.From)) && (rest.To is null || _rows.Key.SequenceCompareTo(rest.To) < 0);
        return _atRow;
    }

    private bool SeekLast(RowRange rest)
    {
        var found = _rows.SeekBackwards(rest.To);
        if (found && rest.To is not null && _rows.KeyBackwards.SequenceCompareTo(rest.To) >= 0)
        {
            found = _rows.MovePrevious();
        }

        return found && _rows.KeyBackwards.SequenceCompareTo(rest.From) >= 0;
    }

    private GroupParts? NextGroup()
    {
        while (true)
        {
            if (_rest is not { } rest)
            {
                if (_range >= _ranges.Count)
                {
                    return null;
                }

                _rest = rest = _ranges[_range++];
                _atRow = false;
            }

            var group = _query.GroupLevel == 0 ? WholeRange(rest) : _query.Descending ? LastGroup(rest) : FirstGroup(rest);
            if (group is not null)
            {
                return group;
            }

            _rest = null;
        }
    }

    private GroupParts? WholeRange(RowRange range)
    {
        _rest = null;
        var group = new GroupParts("null"u8.ToArray());
        Visit(group, range.From, range.To);
        if (group.Before.Count + group.States.Count == 0)
        {
            return null;
        }

        return group;
    }

    private GroupParts? FirstGroup(RowRange rest)
    {
        if (!SeekFirst(rest))
        {
            return null;
        }

        var first = _rows.Key.ToArray();
        var (group, _, end) = Begin(first, _rows.Value);
        var to = Least(end, rest.To);

        bool more;
        if (_skip > 0)
        {
            more = to is not null && _rows.SeekForwards(to);
        }
        else if (WalkThrough(group, first, to, out more))
        {
            group.Before.Clear();
            group.Bytes = 0;
            var stands = Visit(group, first, to);
            more = to is not null && (stands || _rows.SeekForwards(to));
        }

        _atRow = more;
        _rest = more && end is not null ? new RowRange(end, rest.To) : new RowRange([], []);
        return group;
    }

    /// <summary>Collects the rows of a group one by one, since most groups are small.</summary>
    /// <param name="group">The group.</param>
    /// <param name="first">The first key of the group.</param>
    /// <param name="to">The key after the group.</param>
    /// <param name="more">Whether rows follow the group.</param>
    /// <returns>Whether the group has too many rows for this.</returns>
    private bool WalkThrough(GroupParts group, byte[] first, byte[]? to, out bool more)
    {
        more = true;
        while (to is null || _rows.Key.SequenceCompareTo(to) < 0)
        {
            if (group.Before.Count == FewRows || group.Bytes >= MostBytes || (group.Before.Count == VeryFewRows && _nodes.CountWhole(first, to) > FewRows))
            {
                return true;
            }

            group.Add(0, _rows.Key, _rows.Value, _reduction);
            more = _rows.MoveNext();
            if (!more)
            {
                break;
            }
        }

        return false;
    }

    private GroupParts? LastGroup(RowRange rest)
    {
        if (!SeekLast(rest))
        {
            return null;
        }

        var (group, start, _) = Begin(_rows.KeyBackwards, _rows.ValueBackwards);
        var from = start.AsSpan().SequenceCompareTo(rest.From) > 0 ? start : rest.From;
        if (_skip == 0)
        {
            Visit(group, from, rest.To);
        }

        _rest = new RowRange(rest.From, from);
        return group;
    }

    /// <returns>Whether the row cursor stands on the first row after the group.</returns>
    private bool Visit(GroupParts group, byte[] from, byte[]? to) => _nodes.Visit(from, to, _rows, (level, key, stored) =>
    {
        group.Add(level, key, stored, _reduction);
        if (group.Before.Count + group.After.Count >= MostRows || group.States.Count >= MostRows || group.Bytes >= MostBytes)
        {
            // There are no nodes yet, or the rows are large.
            Fold(group);
        }
    });

    /// <summary>Rows in the order in which functions get them: that of the view, reversed for a descending query.</summary>
    private ReduceRow[] InOrder(IReadOnlyList<ReduceRow> rows) =>
        _query.Descending && _reducer is ScriptReducer ? [.. rows.Reverse()] : [.. rows];

    private void Fold(GroupParts group)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (group.Before.Count > 0)
        {
            group.States.Insert(0, _reducer.Reduce([InOrder(group.Before)], _cancellation)[0]);
            group.Before.Clear();
        }

        if (group.After.Count > 0)
        {
            group.States.Add(_reducer.Reduce([InOrder(group.After)], _cancellation)[0]);
            group.After.Clear();
        }

        if (group.States.Count > 1)
        {
            var state = _reducer.Rereduce([group.States.ToArray()], _cancellation)[0];
            group.States.Clear();
            group.States.Add(state);
        }

        group.Bytes = 0;
    }

    /// <summary>Begins the group of a row.</summary>
    /// <returns>The group, the key at which it begins, and the key after it.</returns>
    private (GroupParts Group, byte[] From, byte[]? To) Begin(ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> stored)
    {
        var key = RowCodec.Read(stored, out var sortKeyLength, out _);
        var group = new GroupParts(Shorten(key, _query.GroupLevel));
        if (_query.GroupLevel == ViewQuery.GroupExactly)
        {
            var own = rowKey[..sortKeyLength].ToArray();
            return (group, own, RowRange.After(own));
        }

        var output = new ArrayBufferWriter<byte>();
        output.Write(PartitionKey.Of(_query.Partition));
        SortKey.Write(key, _order, _query.GroupLevel, output);
        var prefix = output.WrittenSpan.ToArray();
        var after = RowRange.After(prefix);
        if (prefix.Length <= LongKeys.Kept)
        {
            return (group, prefix, after);
        }

        return (group, _rows.LongKeys.LowerBound(prefix), after is null ? null : _rows.LongKeys.LowerBound(after));
    }

    /// <summary>The first elements of an array; other keys unchanged.</summary>
    private static byte[] Shorten(ReadOnlySpan<byte> key, int elements)
    {
        if (key[0] != '[' || elements == ViewQuery.GroupExactly)
        {
            return key.ToArray();
        }

        var reader = JsonTokens.Read(key);
        reader.Read();
        for (var i = 0; i < elements; i++)
        {
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
            {
                return key.ToArray();
            }

            reader.Skip();
        }

        return [.. key[..(int)reader.BytesConsumed], (byte)']'];
    }

    private static byte[]? Least(byte[]? a, byte[]? b) =>
        a is null ? b : b is null ? a : a.AsSpan().SequenceCompareTo(b) < 0 ? a : b;

    private readonly record struct ReducedGroup(byte[] Key, byte[] Value, string? Overflow, (int Range, RowRange? Left) Place);
}
