using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>Neighbouring nodes or rows in memory: the children of one node, or all nodes of the highest level. Immutable.</summary>
internal sealed class NodePage
{
    /// <summary>The approximate memory of a page without its keys and values, and that of an entry.</summary>
    private const int Overhead = 150;

    private readonly byte[] _data;
    private readonly int[] _ends;
    private readonly long[] _before;
    private readonly NodePage?[] _below;

    private NodePage(byte[] data, int[] ends, long[] before)
    {
        (_data, _ends, _before) = (data, ends, before);
        _below = new NodePage?[before.Length];
    }

    /// <summary>Marks a page that was requested once. Only pages that are requested again are cached.</summary>
    public static NodePage Requested { get; } = new([], [], []);

    /// <summary>Marks a page that is too large for the cache.</summary>
    public static NodePage TooLarge { get; } = new([], [], []);

    /// <summary>The number of nodes.</summary>
    public int Count => _before.Length;

    /// <summary>The approximate size in memory.</summary>
    public long Weight => Overhead + _data.Length + (24L * Count);

    /// <summary>The key at which a node begins.</summary>
    public ReadOnlySpan<byte> Key(int node) => _data.AsSpan(node == 0 ? 0 : _ends[(2 * node) - 1], KeyLength(node));

    /// <summary>A node in its stored form (<see cref="ViewNode"/>).</summary>
    public ReadOnlySpan<byte> Value(int node) => _data.AsSpan(_ends[2 * node], _ends[(2 * node) + 1] - _ends[2 * node]);

    /// <summary>The number of rows in the page's nodes before this one.</summary>
    public long Before(int node) => _before[node];

    /// <summary>The last node that begins at or before a key; -1 where there is none.</summary>
    public int Floor(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (Key(middle).SequenceCompareTo(key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    /// <summary>The page of a node's children, where it is cached.</summary>
    public NodePage? Below(int node) => Volatile.Read(ref _below[node]);

    /// <summary>Marks the page of a node's children as requested, where it is not cached.</summary>
    public void MarkRequested(int node) => Interlocked.CompareExchange(ref _below[node], Requested, null);

    /// <summary>Caches the page of a node's children, where there is none yet.</summary>
    public bool TryKeep(int node, NodePage below)
    {
        var known = Below(node);
        return (known is null || known == Requested) && Interlocked.CompareExchange(ref _below[node], below, known) == known;
    }

    /// <summary>Reads a page.</summary>
    /// <param name="stored">A cursor over the stored nodes of all levels, or over the rows.</param>
    /// <param name="from">The full key at which the page begins.</param>
    /// <param name="to">The full key before which it ends.</param>
    /// <param name="areRows">Whether the cursor has rows.</param>
    /// <param name="most">The approximate maximum size in bytes.</param>
    /// <returns>The page, or <see cref="TooLarge"/>.</returns>
    public static NodePage Read(KeyValueCursor stored, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool areRows, long most)
    {
        var data = new byte[2048];
        var length = 0;
        var ends = new List<int>(128);
        var before = new List<long>(64);
        var rows = 0L;
        stored.Seek(from);
        while (stored.MoveNext() && stored.Key is var key && key.SequenceCompareTo(to) < 0)
        {
            var value = stored.Value;
            if (length + key.Length + value.Length > most)
            {
                return TooLarge;
            }

            Append(key[IndexKeys.RowPrefix..]);
            Append(value);
            before.Add(rows);
            rows += areRows ? 1 : ViewNode.ReadCount(value);
        }

        return new NodePage(data.AsSpan(0, length).ToArray(), [.. ends], [.. before]);

        void Append(ReadOnlySpan<byte> bytes)
        {
            if (data.Length - length < bytes.Length)
            {
                Array.Resize(ref data, Math.Max(2 * data.Length, length + bytes.Length));
            }

            bytes.CopyTo(data.AsSpan(length));
            length += bytes.Length;
            ends.Add(length);
        }
    }

    private int KeyLength(int node) => _ends[2 * node] - (node == 0 ? 0 : _ends[(2 * node) - 1]);
}
