using CloudWall.Indexing.Collation;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Planning;

/// <summary>
/// The values that a selector allows a field, as far as an index can tell: all conditions that must hold together, narrowed to one range in
/// the order of views.
/// </summary>
/// <param name="Field">The field.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
/// <param name="IsEmpty">Whether no value is allowed.</param>
internal sealed record FieldRange(string Field, KeyLimit Low, KeyLimit High, bool IsEmpty = false)
{
    /// <summary>All ids: what a query has that no index helps.</summary>
    public static FieldRange AllIds { get; } = new("_id", new KeyLimit("null"u8.ToArray(), IsInclusive: false), default);

    /// <summary>Whether it is one value.</summary>
    public bool IsOneValue =>
        Low is { Value: { } low, IsInclusive: true } && High is { Value: { } high, IsInclusive: true } && low.Span.SequenceEqual(high.Span);

    /// <summary>
    /// Whether it is a range in the order of views. One of ids is not unless it is a single one, since conditions compare them by bytes.
    /// </summary>
    public bool IsInOrderOfViews => !IsOfIds || IsOneValue;

    /// <summary>The ranges of all fields that an index can help with; that of one field alone where it is empty.</summary>
    public static IReadOnlyList<FieldRange> Of(SelectorTerm selector)
    {
        var ranges = new List<FieldRange>();
        var terms = new Dictionary<string, List<SelectorTerm>>(StringComparer.Ordinal);
        Collect(selector, terms);
        foreach (var (field, conditions) in terms.OrderBy(static each => each.Key, Documents.Utf8Order.Instance))
        {
            if (!conditions.Exists(IsIndexable))
            {
                continue;
            }

            var range = new FieldRange(field, default, default);
            foreach (var condition in conditions)
            {
                range = range.Narrow(condition);
            }

            if (range.IsEmpty)
            {
                return [range];
            }

            ranges.Add(range);
        }

        return ranges;
    }

    /// <summary>The conditions of each field that must hold, whatever else does.</summary>
    private static void Collect(SelectorTerm term, Dictionary<string, List<SelectorTerm>> found)
    {
        if (term.Name == "$and")
        {
            foreach (var each in term.Terms)
            {
                Collect(each, found);
            }
        }
        else if (!term.IsOperator && !term.IsEmpty)
        {
            if (!found.TryGetValue(term.Name, out var conditions))
            {
                found[term.Name] = conditions = [];
            }

            conditions.Add(term.Inner);
        }
    }

    /// <summary>Whether a selector has a range for a field.</summary>
    public static bool IsIndexable(SelectorTerm selector, string field)
    {
        var terms = new Dictionary<string, List<SelectorTerm>>(StringComparer.Ordinal);
        Collect(selector, terms);
        return terms.TryGetValue(field, out var conditions) && conditions.Exists(IsIndexable);
    }

    private static bool IsIndexable(SelectorTerm condition) =>
        condition.Name is "$lt" or "$lte" or "$eq" or "$gt" or "$gte" or "$beginsWith" or "$exists";

    private FieldRange Narrow(SelectorTerm condition)
    {
        if (IsEmpty)
        {
            return this;
        }

        var value = condition.Argument;
        return condition.Name switch
        {
            "$lt" => WithHigh(new KeyLimit(value, IsInclusive: false)),
            "$lte" => WithHigh(new KeyLimit(value, IsInclusive: true)),
            "$gt" => WithLow(new KeyLimit(value, IsInclusive: false)),
            "$gte" => WithLow(new KeyLimit(value, IsInclusive: true)),
            "$eq" => WithLow(new KeyLimit(value, IsInclusive: true)).WithHigh(new KeyLimit(value, IsInclusive: true)),

            "$beginsWith" => WithLow(new KeyLimit(value, IsInclusive: true))
                .WithHigh(new KeyLimit((byte[])[.. value.Span[..^1], .. Last, (byte)'"'], IsInclusive: true)),
            _ => this,
        };
    }

    private FieldRange WithLow(KeyLimit limit) =>
        Low.Value is { } low && Compare(limit.Value!.Value, low) is var order && (order < 0 || (order == 0 && !Low.IsInclusive)) ? this
        : (this with { Low = limit }).Checked();

    private FieldRange WithHigh(KeyLimit limit) =>
        High.Value is { } high && Compare(limit.Value!.Value, high) is var order && (order > 0 || (order == 0 && !High.IsInclusive)) ? this
        : (this with { High = limit }).Checked();

    private FieldRange Checked() =>
        !IsEmpty && Low.Value is { } low && High.Value is { } high
            && Compare(low, high) is var order && (order > 0 || (order == 0 && !(Low.IsInclusive && High.IsInclusive)))
            ? this with { IsEmpty = true }
            : this;

    /// <summary>The character that comes after all others: in the order of views that is U+FFFF.</summary>
    private ReadOnlySpan<byte> Last => IsOfIds ? "\U0010FFFF"u8 : "\uFFFF"u8;

    /// <summary>Ids are compared by their bytes.</summary>
    private bool IsOfIds => Field == "_id";

    private int Compare(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) =>
        JsonCollation.Compare(one.Span, other.Span, IsOfIds ? CollationOrder.Raw : CollationOrder.Unicode);
}
