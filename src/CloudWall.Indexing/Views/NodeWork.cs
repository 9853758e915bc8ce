using System.Runtime.InteropServices;
using CloudWall.Indexing.Reductions;

namespace CloudWall.Indexing.Views;

/// <summary>Collects nodes with known counts and computes their states, many in one call of each function.</summary>
internal sealed class NodeWork(IReadOnlyList<Reducer> reducers)
{
    private readonly List<Node> _nodes = [];
    private readonly List<byte[][]> _children = [];
    private readonly RowArena _bytes = new();
    private readonly bool _takesKeys = reducers.Any(static reducer => reducer.TakesKeys);
    private ReduceRow[] _rows = [];
    private int _rowCount;

    /// <summary>The approximate size of the collected data in memory.</summary>
    public long Weight { get; private set; }

    public int Count => _nodes.Count;

    /// <summary>Starts a node.</summary>
    public void Begin(byte[] key)
    {
        _nodes.Add(new Node(key, 0, _rowCount, _children.Count));
        Weight += key.Length + 100;
    }

    /// <summary>Adds a row (level 0) or a node to the node that was started last.</summary>
    public void Add(int level, ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored)
    {
        ref var current = ref CollectionsMarshal.AsSpan(_nodes)[^1];
        if (level == 0)
        {
            current.Count++;
            if (reducers.Count > 0)
            {
                if (_rowCount == _rows.Length)
                {
                    Array.Resize(ref _rows, Math.Max(256, 2 * _rowCount));
                }

                _rows[_rowCount++] = _takesKeys
                    ? RowCodec.ToReduceRow(key, stored, _bytes.Take(key.Length + stored.Length))
                    : RowCodec.ToValue(stored, _bytes.Take(stored.Length));
                Weight += key.Length + stored.Length + 50;
            }

            return;
        }

        var node = ViewNode.Read(stored);
        current.Count += node.Count;
        if (node.Count > 0 && reducers.Count > 0)
        {
            _children.Add(node.States);
            Weight += stored.Length + 50;
        }
    }

    /// <summary>Computes the nodes and clears the collection.</summary>
    public List<(byte[] Key, byte[]? Value)> Finish(CancellationToken cancellation)
    {
        var states = new byte[_nodes.Count][][];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = _nodes[i].Count == 0 ? [] : new byte[reducers.Count][];
        }

        for (var function = 0; function < reducers.Count; function++)
        {
            Reduce(function, states, cancellation);
            Rereduce(function, states, cancellation);
        }

        var nodes = new List<(byte[] Key, byte[]? Value)>(states.Length);
        for (var i = 0; i < states.Length; i++)
        {
            nodes.Add((_nodes[i].Key, new ViewNode(_nodes[i].Count, states[i]).Write()));
        }

        _nodes.Clear();
        _children.Clear();
        _bytes.Clear();
        _rowCount = 0;
        Weight = 0;
        return nodes;
    }

    private void Reduce(int function, byte[][][] states, CancellationToken cancellation)
    {
        var indexes = new List<int>();
        var groups = new List<IReadOnlyList<ReduceRow>>();
        for (var i = 0; i < states.Length; i++)
        {
            var start = _nodes[i].FirstRow;
            var end = i + 1 < states.Length ? _nodes[i + 1].FirstRow : _rowCount;
            if (end > start)
            {
                indexes.Add(i);
                groups.Add(new ArraySegment<ReduceRow>(_rows, start, end - start));
            }
        }

        Take(function, states, indexes, groups.Count == 0 ? [] : reducers[function].Reduce(groups, cancellation));
    }

    private void Rereduce(int function, byte[][][] states, CancellationToken cancellation)
    {
        var indexes = new List<int>();
        var groups = new List<IReadOnlyList<byte[]>>();
        for (var i = 0; i < states.Length; i++)
        {
            var start = _nodes[i].FirstChild;
            var end = i + 1 < states.Length ? _nodes[i + 1].FirstChild : _children.Count;
            if (end - start == 1)
            {
                states[i][function] = _children[start][function];
            }
            else if (end > start)
            {
                var group = new byte[end - start][];
                for (var child = start; child < end; child++)
                {
                    group[child - start] = _children[child][function];
                }

                indexes.Add(i);
                groups.Add(group);
            }
        }

        Take(function, states, indexes, groups.Count == 0 ? [] : reducers[function].Rereduce(groups, cancellation));
    }

    private static void Take(int function, byte[][][] states, List<int> indexes, IReadOnlyList<byte[]> results)
    {
        for (var i = 0; i < indexes.Count; i++)
        {
            states[indexes[i]][function] = results[i];
        }
    }

    /// <param name="Key">The key at which it begins.</param>
    /// <param name="Count">The number of its rows.</param>
    /// <param name="FirstRow">The position of its first row in the collection.</param>
    /// <param name="FirstChild">The position of its first child node in the collection.</param>
    private record struct Node(byte[] Key, long Count, int FirstRow, int FirstChild);
}
