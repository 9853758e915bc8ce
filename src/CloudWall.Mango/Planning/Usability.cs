using CloudWall.Mango.Indexes;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Planning;

/// <summary>Whether an index can answer a query at all, and why not, in CouchDB's words.</summary>
internal static class Usability
{
    /// <summary>Why an index cannot be used: the most important reason; null where it can.</summary>
    /// <param name="index">The index.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="sort">The fields by which results are sorted.</param>
    public static string? Fault(MangoIndex index, SelectorTerm selector, IReadOnlyList<string> sort)
    {
        if (index.Design is null)
        {
            return sort.Count == 0 ? null
                : !FieldRange.IsIndexable(selector, "_id") ? "field_mismatch"
                : sort is not ["_id"] ? "sort_order_mismatch"
                : null;
        }

        return SelectorFields.IsTextSearch(selector) ? "needs_text_search"
            : !HasRequiredFields(index, selector, sort) ? "field_mismatch"
            : !CanSort(index.Fields, sort, selector) ? "sort_order_mismatch"
            : null;
    }

    /// <summary>Whether all matching documents are in the index: it has those alone that have all its fields.</summary>
    private static bool HasRequiredFields(MangoIndex index, SelectorTerm selector, IReadOnlyList<string> sort)
    {
        var required = new HashSet<string>(index.Fields, StringComparer.Ordinal);
        required.ExceptWith(sort);
        required.ExceptWith(["_id", "_rev"]);
        return SelectorFields.NotRequired([selector], required).Count == 0;
    }

    /// <summary>Whether the index has the order: its fields begin with those of the sort, after some that have one value.</summary>
    private static bool CanSort(IReadOnlyList<string> fields, IReadOnlyList<string> sort, SelectorTerm selector)
    {
        if (sort.Count == 0)
        {
            return true;
        }

        for (var skipped = 0; skipped < fields.Count; skipped++)
        {
            if (fields[skipped] == sort[0])
            {
                return fields.Skip(skipped).Take(sort.Count).SequenceEqual(sort, StringComparer.Ordinal);
            }

            if (!SelectorFields.IsConstant(selector, fields[skipped]))
            {
                return false;
            }
        }

        return false;
    }
}
