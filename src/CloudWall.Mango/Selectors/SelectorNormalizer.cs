namespace CloudWall.Mango.Selectors;

/// <summary>
/// Moves fields down to the operators that they are for, and negations down to the operators that they negate, so that the planner can
/// see what an index can answer (CouchDB's <c>norm_fields</c> and <c>norm_negations</c>).
/// </summary>
internal static class SelectorNormalizer
{
    /// <summary>How many characters all names of fields may have together: they grow where objects are nested.</summary>
    private const int MostCharacters = 1 << 24;

    /// <summary>Normalises what <see cref="SelectorParser"/> has read.</summary>
    /// <exception cref="Documents.DocumentException">400: an operator has no place there, or no field.</exception>
    public static SelectorTerm Normalize(SelectorTerm term)
    {
        if (term.IsEmpty)
        {
            return term;
        }

        var left = MostCharacters;
        var normal = MoveNegations(MoveFields(term, string.Empty, ref left));
        return normal.Name.Length == 0 ? throw MangoErrors.NoFieldName() : normal;
    }

    private static SelectorTerm MoveFields(SelectorTerm term, string path, ref int left)
    {
        switch (term.Name)
        {
            case "$and" or "$or" or "$nor":
                var terms = new SelectorTerm[term.Terms.Count];
                for (var i = 0; i < terms.Length; i++)
                {
                    terms[i] = MoveFields(term.Terms[i], path, ref left);
                }

                return SelectorTerm.Of(term.Name, terms);
            case "$not":
                return SelectorTerm.Of(term.Name, MoveFields(term.Inner, path, ref left));
            case "$elemMatch" or "$allMatch" or "$keyMapMatch":
                return SelectorTerm.Of(path, SelectorTerm.Of(term.Name, MoveFields(term.Inner, string.Empty, ref left)));
            case "$default":
                return path.Length == 0 && term.Inner.Name == "$text" ? term : throw MangoErrors.BadField(term.ToJson());
            case ['$', ..]:
                return SelectorTerm.Of(path, term);
            case var field when path.Length == 0:
                return MoveFields(term.Inner, field, ref left);
            case var field:
                left -= path.Length + field.Length + 1;
                return left < 0 ? throw MangoErrors.TooLarge() : MoveFields(term.Inner, path + "." + field, ref left);
        }
    }

    private static SelectorTerm MoveNegations(SelectorTerm term) => term.Name switch
    {
        "$not" => Negate(term.Inner),
        "$nor" => SelectorTerm.Of("$and", [.. term.Terms.Select(Negate)]),
        "$and" or "$or" => SelectorTerm.Of(term.Name, [.. term.Terms.Select(MoveNegations)]),
        _ => term,
    };

    private static SelectorTerm Negate(SelectorTerm term) => term.Name switch
    {
        "$not" => MoveNegations(term.Inner),
        "$nor" => SelectorTerm.Of("$or", [.. term.Terms.Select(MoveNegations)]),
        "$and" => SelectorTerm.Of("$or", [.. term.Terms.Select(Negate)]),
        "$or" => SelectorTerm.Of("$and", [.. term.Terms.Select(Negate)]),
        "$default" => throw MangoErrors.BadArgument("$not", term.ToJson()),
        "$lt" => SelectorTerm.Of("$gte", term.Argument),
        "$lte" => SelectorTerm.Of("$gt", term.Argument),
        "$eq" => SelectorTerm.Of("$ne", term.Argument),
        "$ne" => SelectorTerm.Of("$eq", term.Argument),
        "$gte" => SelectorTerm.Of("$lt", term.Argument),
        "$gt" => SelectorTerm.Of("$lte", term.Argument),
        "$in" => SelectorTerm.Of("$nin", term.Argument),
        "$nin" => SelectorTerm.Of("$in", term.Argument),
        "$exists" => SelectorTerm.Of("$exists", term.Argument.Span[0] == 't' ? "false"u8.ToArray() : "true"u8.ToArray()),
        ['$', ..] => SelectorTerm.Of("$not", term),
        _ => SelectorTerm.Of(term.Name, Negate(term.Inner)),
    };
}
