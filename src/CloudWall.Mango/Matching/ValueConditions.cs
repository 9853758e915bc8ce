using CloudWall.Indexing.Collation;
using CloudWall.Mango.Patterns;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Matching;

/// <summary>Compiles the operators that apply to one value.</summary>
internal static class ValueConditions
{
    /// <summary>Compiles an operator.</summary>
    /// <param name="term">The operator.</param>
    /// <param name="order">The order of values: ids are compared by their bytes.</param>
    public static ValueCondition Compile(SelectorTerm term, CollationOrder order) => term.Name switch
    {
        "$eq" => new Equality(new Comparand(term.Argument, order), expected: true),
        "$ne" => new Equality(new Comparand(term.Argument, order), expected: false),
        "$lt" => new Compared(new Comparand(term.Argument, order), static compared => compared < 0),
        "$lte" => new Compared(new Comparand(term.Argument, order), static compared => compared <= 0),
        "$gt" => new Compared(new Comparand(term.Argument, order), static compared => compared > 0),
        "$gte" => new Compared(new Comparand(term.Argument, order), static compared => compared >= 0),
        "$in" => new AmongValues(new ComparandSet(term.Argument.Span, order), expected: true),
        "$nin" => new AmongValues(new ComparandSet(term.Argument.Span, order), expected: false),
        "$exists" => new Constant(term.Argument.Span[0] == 't'),
        "$type" => new OfType(NormalScan.Text(term.Argument.Span)),
        "$mod" => new Remainder(term.Argument.Span),
        "$size" => new Length(term.Argument.Span),
        "$beginsWith" => new Beginning(term.Argument),
        "$regex" => new OfPattern(Pattern.TryParse(NormalScan.Decode(term.Argument.Span))!),
        "$all" => new HasAll(term.Argument),
        "$elemMatch" => new AnyElement(MatchProgram.OfElements(term.Inner, order)),
        "$allMatch" => new AllElements(MatchProgram.OfElements(term.Inner, order)),
        "$keyMapMatch" => new AnyName(MatchProgram.OfElements(term.Inner, order)),
        "$not" => new NotValue(Compile(term.Inner, order)),
        _ => throw new InvalidOperationException($"{term.Name} is no operator on a value."),
    };
}
