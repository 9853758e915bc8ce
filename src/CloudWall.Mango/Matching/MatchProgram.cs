using System.Runtime.CompilerServices;
using CloudWall.Indexing.Collation;
using CloudWall.Mango.Fields;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Matching;

/// <summary>
/// A selector in the form in which it decides: all its fields are found in one pass, then its conditions look at what was found.
/// Operators on elements have programs of their own.
/// </summary>
internal sealed class MatchProgram
{
    private const int FewPlaces = 16;

    /// <summary>The place that stands for the value itself, in conditions without a field.</summary>
    private const int Itself = -1;

    private readonly PathTree _paths = new();
    private readonly Condition _root;
    private readonly int _id = Itself;

    private MatchProgram(SelectorTerm root, CollationOrder order, bool isOfElements)
    {
        _root = Compile(root, order, isOfElements);
        if (_paths.Roots.Contains("_id", StringComparer.Ordinal))
        {
            _id = _paths.Add(FieldPath.Parse("_id"));
        }
    }

    /// <summary>Whether it looks at special members apart from <c>_id</c>.</summary>
    public bool NeedsWholeDocument { get; private set; }

    /// <summary>Compiles a normalised selector.</summary>
    /// <exception cref="Documents.DocumentException">400 <c>invalid_field_name</c>.</exception>
    public static MatchProgram Compile(SelectorTerm root) => new(root, CollationOrder.Unicode, isOfElements: false);

    /// <summary>Decides about a value.</summary>
    /// <param name="json">The value in normal form.</param>
    /// <param name="quotedId">The id, where the value is a body that lacks it; empty otherwise.</param>
    public Verdict Decide(ReadOnlySpan<byte> json, ReadOnlySpan<byte> quotedId = default)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return Verdict.Fault;
        }

        if (_paths.Count <= FewPlaces)
        {
            Span<Found> few = stackalloc Found[FewPlaces];
            few = few[.._paths.Count];
            few.Clear();
            return Decide(json, quotedId, few);
        }

        // Not pooled: an array as large as a selector is long is made for each document, and bounded by what a selector may have.
        return Decide(json, quotedId, new Found[_paths.Count]);
    }

    private Verdict Decide(ReadOnlySpan<byte> json, ReadOnlySpan<byte> quotedId, Span<Found> places)
    {
        _paths.Find(json, places);
        return _root.Decide(new MatchFrame(json, quotedId, _id, places));
    }

    private Condition Compile(SelectorTerm term, CollationOrder order, bool isOfElements)
    {
        switch (term.Name)
        {
            case "$and":
                return new AllOf([.. term.Terms.Select(each => Compile(each, order, isOfElements))]);
            case "$or" when term.Terms.Count == 0:
                return new AllOf([]);
            case "$or":
                return new AnyOf([.. term.Terms.Select(each => Compile(each, order, isOfElements))]);
            case "$not":
                return new Not(Compile(term.Inner, order, isOfElements));
            case "$default":
                return new AllOf([]);
            case ['$', ..]:
                // CouchDB does not move negations into operators on elements, and knows no $nor there.
                return new Broken();
            case "":
                NeedsWholeDocument = true;
                return new OfField(Itself, passesAbsence: false, ValueConditions.Compile(term.Inner, order));
            case var field:
                order = field == "_id" ? CollationOrder.Raw : order;
                if (FieldPath.TryParse(field) is not { } path)
                {
                    return isOfElements ? new Broken() : throw MangoErrors.NoField(field);
                }

                NeedsWholeDocument |= path.Names[0].StartsWith('_') && path.Names is not ["_id"];
                return new OfField(_paths.Add(path), term.Inner.IsAbsence, ValueConditions.Compile(term.Inner, order));
        }
    }

    /// <summary>Compiles what applies to elements.</summary>
    internal static MatchProgram OfElements(SelectorTerm term, CollationOrder order) => new(term, order, isOfElements: true);
}
