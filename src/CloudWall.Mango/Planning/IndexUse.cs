using CloudWall.Mango.Indexes;

namespace CloudWall.Mango.Planning;

/// <summary>What an index does for a query.</summary>
/// <param name="Index">The index.</param>
/// <param name="Ranges">The ranges of its first fields, as far as the selector has any.</param>
/// <param name="Distance">How many of the selector's ranges it does not use.</param>
internal sealed record IndexUse(MangoIndex Index, IReadOnlyList<FieldRange> Ranges, int Distance)
{
    /// <summary>What an index does for a query with some ranges.</summary>
    public static IndexUse Of(MangoIndex index, IReadOnlyList<FieldRange> ranges)
    {
        var used = new List<FieldRange>();
        foreach (var field in index.Fields)
        {
            if (ranges.FirstOrDefault(range => range.Field == field) is not { } range)
            {
                break;
            }

            used.Add(range);
        }

        return new IndexUse(index, used, ranges.Count - used.Count);
    }

    /// <summary>The better use first: of more ranges, of an index with fewer fields, by name.</summary>
    public static int Compare(IndexUse one, IndexUse other) =>
        one.Distance.CompareTo(other.Distance) is var distance and not 0 ? distance
        : one.Index.Fields.Count.CompareTo(other.Index.Fields.Count) is var fields and not 0 ? fields
        : MangoIndex.ByName(one.Index, other.Index);
}
