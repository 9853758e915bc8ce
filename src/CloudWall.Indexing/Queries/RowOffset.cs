using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// Counts the rows of a view that come before a key. One cursor goes down the levels of nodes, because cursors cost more than what is
/// read with them here; the reader of rows does the rest, and then stands where its walk begins.
/// </summary>
/// <param name="reader">A snapshot, until this is disposed of.</param>
/// <param name="index">The index.</param>
/// <param name="view">The view.</param>
/// <param name="top">The level to begin at (<see cref="ViewNode.Top"/>); 0 where there are no nodes, and all rows are looked at.</param>
internal sealed class RowOffset(Func<KeyValueReader> reader, uint index, int view, Func<int> top) : IDisposable
{
    private KeyValueCursor? _nodes;
    private byte[] _seek = new byte[128];

    /// <summary>Counts the rows before a key.</summary>
    /// <param name="key">The key; empty for the beginning.</param>
    /// <param name="rows">The view's rows; it stands on the first that is not before the key.</param>
    /// <param name="found">Whether there is such a row.</param>
    public long CountBefore(ReadOnlySpan<byte> key, LevelReader rows, out bool found)
    {
        var count = 0L;
        var length = 0;
        if (!key.IsEmpty)
        {
            for (var level = top(); level > 0; level--)
            {
                count += Descend(level, key, ref length);
            }
        }

        found = rows.SeekForwards(_seek.AsSpan(IndexKeys.RowPrefix, length));
        for (; found && rows.Key.SequenceCompareTo(key) < 0; found = rows.MoveNext())
        {
            count++;
        }

        return count;
    }

    public void Dispose()
    {
        _nodes?.Dispose();
        _nodes = null;
    }

    /// <summary>Goes over nodes of a level from where one begins to the one in which a key lies.</summary>
    /// <param name="level">The level.</param>
    /// <param name="key">The key.</param>
    /// <param name="length">How long the key is at which the walk begins; then, at which the node begins in which the key lies.</param>
    /// <returns>How many rows are in the nodes before that one.</returns>
    private long Descend(int level, ReadOnlySpan<byte> key, ref int length)
    {
        if (_nodes is null)
        {
            var all = IndexKeys.Nodes(index, view);
            _nodes = reader().Scan(IndexKeys.Space, all, IndexKeys.After(all));
            all.CopyTo(_seek, 0);
        }

        _seek[IndexKeys.RowPrefix - 1] = (byte)level;
        var (count, last) = (0L, 0L);
        _nodes.Seek(_seek.AsSpan(0, IndexKeys.RowPrefix + length));
        while (_nodes.MoveNext()
            && _nodes.Key is var node
            && node[IndexKeys.RowPrefix - 1] == level
            && node[IndexKeys.RowPrefix..].SequenceCompareTo(key) <= 0)
        {
            count += last;
            var value = _nodes.Value;
            last = Packed.Number(ref value);
            if (node.Length > _seek.Length)
            {
                _seek = new byte[node.Length * 2];
            }

            node.CopyTo(_seek);
            length = node.Length - IndexKeys.RowPrefix;
        }

        return count;
    }
}
