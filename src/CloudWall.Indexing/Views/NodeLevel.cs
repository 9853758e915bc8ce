using CloudWall.Indexing.Reductions;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// One level of nodes over a part of a view's rows, while all nodes are made. It receives the entries of the level below in order, and
/// passes its nodes to the store and to the level above.
/// </summary>
internal sealed class NodeLevel
{
    private const long MaxWeight = 1 << 20;
    private const long BatchBytes = 1 << 20;

    /// <summary>Functions of the design document are called for this many nodes at a time, because each call may take long.</summary>
    private const long MaxCalledWeight = 16 << 10;

    private readonly KeyValueStore _store;
    private readonly int _level;
    private readonly ulong _seed;
    private readonly CancellationToken _cancellation;
    private readonly NodeWork _work;
    private readonly long _maxWeight;
    private readonly byte[] _prefix;
    private readonly List<(byte[] Key, byte[] Value)> _leading = [];

    /// <param name="store">Receives the nodes.</param>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="level">The level, from 1.</param>
    /// <param name="seed">The index's seed.</param>
    /// <param name="reducers">The view's reduce functions.</param>
    /// <param name="above">The next level; null for the highest.</param>
    /// <param name="isFirst">Whether this is the first part, whose first node begins before all keys.</param>
    /// <param name="cancellation">Cancels reduce functions.</param>
    public NodeLevel(
        KeyValueStore store,
        uint index,
        int view,
        int level,
        ulong seed,
        IReadOnlyList<Reducer> reducers,
        NodeLevel? above,
        bool isFirst,
        CancellationToken cancellation)
    {
        _store = store;
        _level = level;
        _seed = seed;
        Above = above;
        _cancellation = cancellation;
        _work = new NodeWork(reducers);
        _maxWeight = reducers.Any(static reducer => reducer is ScriptReducer) ? MaxCalledWeight : MaxWeight;
        _prefix = IndexKeys.Prefix(index, view, level);
        if (isFirst)
        {
            HasBegun = true;
            _work.Begin([]);
        }
    }

    /// <summary>The level that receives its nodes.</summary>
    public NodeLevel? Above { get; set; }

    /// <summary>Whether a node has begun in this part.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether a node begins at a key.</summary>
    public bool Begins(ReadOnlySpan<byte> key) => key.Length > 0 && ViewNode.Height(key, _seed) >= _level;

    /// <summary>Adds a row or a node of the level below.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="stored">Its value.</param>
    /// <param name="begins">Whether a node begins with this entry.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, bool begins)
    {
        if (begins)
        {
            if (_work.Weight > _maxWeight)
            {
                Finish();
            }

            HasBegun = true;
            _work.Begin(key.ToArray());
        }

        if (HasBegun)
        {
            _work.Add(_level - 1, key, stored);
        }
        else
        {
            _leading.Add((key.ToArray(), stored.ToArray()));
        }
    }

    /// <summary>Adds the entries that the next part has on this level before its first node.</summary>
    /// <returns>Whether the next part has begun a node on this level. If so, this level's last node is complete.</returns>
    public bool Join(NodeLevel next)
    {
        foreach (var (key, value) in next._leading)
        {
            Add(key, value, begins: false);
        }

        if (next.HasBegun)
        {
            Finish();
        }

        return next.HasBegun;
    }

    /// <summary>Makes the nodes that have begun. Nothing is added to them afterwards.</summary>
    public void Finish()
    {
        using var batch = _store.CreateBatch();
        var key = _prefix.ToArray();
        foreach (var (ownKey, value) in _work.Finish(_cancellation))
        {
            var length = _prefix.Length + ownKey.Length;
            if (key.Length < length)
            {
                Array.Resize(ref key, 2 * length);
            }

            ownKey.CopyTo(key, _prefix.Length);
            batch.Put(IndexKeys.Space, key.AsSpan(0, length), value);
            if (batch.SizeInBytes > BatchBytes)
            {
                _store.Commit(batch, sync: false);
                batch.Clear();
            }

            Above?.Add(ownKey, value, Above.Begins(ownKey));
        }

        if (batch.Count > 0)
        {
            _store.Commit(batch, sync: false);
        }
    }
}
