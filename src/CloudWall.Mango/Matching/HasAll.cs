using CloudWall.Indexing.Collation;

namespace CloudWall.Mango.Matching;

/// <summary>
/// <c>$all</c>: an array that has all of some values. They are compared exactly, so that 1 is not 1.0; only where one array is asked for,
/// and the value is to be equal to it, numbers are.
/// </summary>
internal sealed class HasAll : ValueCondition
{
    private readonly HashSet<byte[]> _values = new(BytesComparer.Instance);
    private readonly byte[]? _whole;

    /// <summary>Prepares the values.</summary>
    /// <param name="array">An array in normal form.</param>
    public HasAll(ReadOnlyMemory<byte> array)
    {
        var count = 0;
        for (var elements = new Elements(array.Span); elements.MoveNext(); count++)
        {
            _values.Add(elements.Current.ToArray());
        }

        _whole = count == 1 && _values.Single() is [(byte)'[', ..] only ? only : null;
    }

    public override Verdict Decide(ReadOnlySpan<byte> value)
    {
        if (_values.Count == 0 || value[0] != '[')
        {
            return Verdict.No;
        }

        var lookup = _values.GetAlternateLookup<ReadOnlySpan<byte>>();
        var seen = new HashSet<byte[]>(ReferenceEqualityComparer.Instance);
        for (var elements = new Elements(value); seen.Count < _values.Count && elements.MoveNext();)
        {
            if (lookup.TryGetValue(elements.Current, out var wanted))
            {
                seen.Add(wanted);
            }
        }

        return Of(seen.Count == _values.Count || (_whole is not null && JsonCollation.Compare(value, _whole, CollationOrder.Raw) == 0));
    }
}
