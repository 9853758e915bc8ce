using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Neighbouring nodes of a level, or rows, in memory: those in one node of the next level, or all nodes of the highest. It does not change.
/// </summary>
internal sealed class NodePage
{
    /// <summary>What a page takes beside keys and values, and what an entry does, about.</summary>
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

    /// <summary>Stands for a page that has been asked for once: not all that is asked for once is worth keeping.</summary>
    public static NodePage Asked { get; } = new([], [], []);

    /// <summary>Stands for a page that is too large to be kept.</summary>
    public static NodePage TooLarge { get; } = new([], [], []);

    /// <summary>How many nodes it has.</summary>
    public int Count => _before.Length;

    /// <summary>About how much memory it takes.</summary>
    public long Weight => Overhead + _data.Length + (24L * Count);

    /// <summary>Where a node begins.</summary>
    public ReadOnlySpan<byte> Key(int node) => _data.AsSpan(node == 0 ? 0 : _ends[(2 * node) - 1], KeyLength(node));

    /// <summary>A node as it is stored (<see cref="ViewNode"/>).</summary>
    public ReadOnlySpan<byte> Value(int node) => _data.AsSpan(_ends[2 * node], _ends[(2 * node) + 1] - _ends[2 * node]);

    /// <summary>How many rows are in the page's nodes before one.</summary>
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

    /// <summary>The page of what is in a node, where it has been read.</summary>
    public NodePage? Below(int node) => Volatile.Read(ref _below[node]);

    /// <summary>Notes that the page of what is in a node has been asked for, where it is not known yet.</summary>
    public void Ask(int node) => Interlocked.CompareExchange(ref _below[node], Asked, null);

    /// <summary>Keeps the page of what is in a node, where none is yet.</summary>
    public bool TryKeep(int node, NodePage below)
    {
        var known = Below(node);
        return (known is null || known == Asked) && Interlocked.CompareExchange(ref _below[node], below, known) == known;
    }

    /// <summary>Reads a page.</summary>
    /// <param name="stored">The stored nodes of all levels, or the rows.</param>
    /// <param name="from">The whole key at which it begins.</param>
    /// <param name="to">The whole key before which it ends.</param>
    /// <param name="areRows">Whether it is rows that are read.</param>
    /// <param name="most">How many bytes it may have, about.</param>
    /// <returns>The page; <see cref="TooLarge"/> where it would have more.</returns>
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
