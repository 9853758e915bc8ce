using System.Buffers;
using CloudWall.Indexing.Collation;

namespace CloudWall.Mango.Matching;

/// <summary>Values that others are compared with, as a set: however many there are, a look-up costs the same.</summary>
internal sealed class ComparandSet
{
    /// <summary>So few are compared one after the other.</summary>
    private const int Few = 8;

    private const int LongestKept = 1 << 16;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    private readonly CollationOrder _order;
    private readonly List<Comparand>? _few;
    private readonly HashSet<byte[]>? _keys;

    /// <summary>Prepares the values.</summary>
    /// <param name="array">An array in normal form.</param>
    /// <param name="order">The order.</param>
    public ComparandSet(ReadOnlySpan<byte> array, CollationOrder order)
    {
        _order = order;
        var count = 0;
        for (var elements = new Elements(array); count <= Few && elements.MoveNext();)
        {
            count++;
        }

        if (count <= Few)
        {
            _few = [];
            for (var elements = new Elements(array); elements.MoveNext();)
            {
                _few.Add(new Comparand(elements.Current.ToArray(), order));
            }
        }
        else
        {
            _keys = new HashSet<byte[]>(BytesComparer.Instance);
            for (var elements = new Elements(array); elements.MoveNext();)
            {
                _keys.Add(KeyOf(elements.Current).ToArray());
            }
        }
    }

    /// <summary>Whether a value is equal to one of them.</summary>
    public bool Contains(ReadOnlySpan<byte> value)
    {
        if (_few is null)
        {
            return _keys!.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(KeyOf(value));
        }

        foreach (var comparand in _few)
        {
            if (comparand.IsEqualTo(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The sort key, by which equal values are the same. Valid until the next call on this thread.</summary>
    private ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> value)
    {
        var scratch = _scratch is { Capacity: <= LongestKept } kept ? kept : _scratch = new ArrayBufferWriter<byte>(256);
        scratch.ResetWrittenCount();
        SortKey.Write(value, _order, scratch);
        return scratch.WrittenSpan;
    }
}
