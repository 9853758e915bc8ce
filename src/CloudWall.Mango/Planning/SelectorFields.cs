using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Planning;

/// <summary>What a selector says of its fields, whatever the documents.</summary>
internal static class SelectorFields
{
    /// <summary>Those of some fields that a matching document need not have.</summary>
    /// <param name="terms">Parts that must all match.</param>
    /// <param name="fields">The fields.</param>
    public static HashSet<string> NotRequired(IEnumerable<SelectorTerm> terms, HashSet<string> fields)
    {
        foreach (var term in terms)
        {
            if (fields.Count == 0)
            {
                break;
            }

            if (term.Name == "$and")
            {
                fields = NotRequired(term.Terms, fields);
            }
            else if (term.Name == "$or" && term.Terms.Count > 0)
            {
                // All branches must require a field. (No branches match everything; to CouchDB they require all fields.)
                var left = new HashSet<string>(StringComparer.Ordinal);
                foreach (var branch in term.Terms)
                {
                    left.UnionWith(NotRequired([branch], fields));
                }

                fields = left;
            }
            else if (!term.IsCombination && !term.IsEmpty && !(term.Terms.Count == 1 && term.Inner.IsAbsence) && fields.Contains(term.Name))
            {
                fields = [.. fields.Where(field => field != term.Name)];
            }
        }

        return fields;
    }

    /// <summary>Whether a field has one value in all matching documents.</summary>
    public static bool IsConstant(SelectorTerm term, string field) => term.Name == "$and"
        ? term.Terms.Any(each => IsConstant(each, field))
        : term.Name == field && term.Terms.Count == 1 && term.Inner.Name == "$eq";

    /// <summary>Whether a selector searches texts.</summary>
    public static bool IsTextSearch(SelectorTerm term) =>
        term.Name == "$default" || term.Terms.Any(IsTextSearch);

    /// <summary>The fields of a selector. As in CouchDB it is not looked into what is below a field.</summary>
    public static IEnumerable<string> All(SelectorTerm term) =>
        term.IsEmpty ? []
        : term.IsCombination ? term.Terms.SelectMany(All)
        : [term.Name];
}
