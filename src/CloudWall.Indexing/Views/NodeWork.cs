using CloudWall.Indexing.Reductions;

namespace CloudWall.Indexing.Views;

/// <summary>Nodes whose counts are known and whose states are to be made, many in one call of each function.</summary>
internal sealed class NodeWork(IReadOnlyList<Reducer> reducers)
{
    private readonly List<byte[]> _keys = [];
    private readonly List<long> _counts = [];
    private readonly List<List<ReduceRow>> _rows = [];
    private readonly List<List<byte[][]>> _children = [];

    /// <summary>About how much memory it holds.</summary>
    public long Weight { get; private set; }

    public int Count => _keys.Count;

    /// <summary>Begins a node.</summary>
    public void Begin(byte[] key)
    {
        _keys.Add(key);
        _counts.Add(0);
        _rows.Add([]);
        _children.Add([]);
        Weight += key.Length + 200;
    }

    /// <summary>Adds a row (level 0) or a node to the node that was begun last.</summary>
    public void Add(int level, ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored)
    {
        if (level == 0)
        {
            _counts[^1]++;
            if (reducers.Count > 0)
            {
                _rows[^1].Add(RowCodec.ToReduceRow(key, stored));
                Weight += key.Length + stored.Length + 100;
            }

            return;
        }

        var node = ViewNode.Read(stored);
        _counts[^1] += node.Count;
        if (node.Count > 0 && reducers.Count > 0)
        {
            _children[^1].Add(node.States);
            Weight += stored.Length + 50;
        }
    }

    /// <summary>Makes the nodes, and begins anew.</summary>
    public List<(byte[] Key, byte[]? Value)> Finish(CancellationToken cancellation)
    {
        var states = new byte[_keys.Count][][];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = _counts[i] == 0 ? [] : new byte[reducers.Count][];
        }

        for (var function = 0; function < reducers.Count; function++)
        {
            Reduce(function, states, cancellation);
            Rereduce(function, states, cancellation);
        }

        var nodes = new List<(byte[] Key, byte[]? Value)>(_keys.Count);
        for (var i = 0; i < states.Length; i++)
        {
            nodes.Add((_keys[i], new ViewNode(_counts[i], states[i]).Write()));
        }

        _keys.Clear();
        _counts.Clear();
        _rows.Clear();
        _children.Clear();
        Weight = 0;
        return nodes;
    }

    private void Reduce(int function, byte[][][] states, CancellationToken cancellation)
    {
        var indexes = new List<int>();
        var groups = new List<IReadOnlyList<ReduceRow>>();
        for (var i = 0; i < states.Length; i++)
        {
            if (_rows[i].Count > 0)
            {
                indexes.Add(i);
                groups.Add(_rows[i]);
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
            if (_children[i].Count == 1)
            {
                states[i][function] = _children[i][0][function];
            }
            else if (_children[i].Count > 1)
            {
                indexes.Add(i);
                groups.Add(_children[i].ConvertAll(child => child[function]));
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
}
