using CloudWall.Documents.Json;
using CloudWall.Indexing.Queries;
using CloudWall.Mango.Indexes;
using CloudWall.Mango.Requests;

namespace CloudWall.Mango.Planning;

/// <summary>How a query is answered: with which index, and which of its rows are read.</summary>
public sealed class Plan
{
    private readonly IReadOnlyList<FieldRange> _ranges;

    internal Plan(FindRequest request, MangoIndex? index, IReadOnlyList<FieldRange> ranges, PlanTrace trace)
    {
        Request = request;
        Index = index;
        Trace = trace;
        _ranges = ranges;
        var needed = request.Fields is { } fields
            ? (IReadOnlyList<string>)[.. fields.Names.Concat(SelectorFields.All(request.Selector.Root)).Distinct(StringComparer.Ordinal)]
            : null;
        NeededFields = needed;
        IsCovering = index?.Covers(needed) ?? false;
        MatchesNothing = ranges is [{ IsEmpty: true }] || IsEmptyCombination(request);
    }

    /// <summary>The query.</summary>
    public FindRequest Request { get; }

    /// <summary>The index; null where there is none, which only <c>_explain</c> meets.</summary>
    public MangoIndex? Index { get; }

    /// <summary>Whether the index has all fields that are needed, so that documents are not read.</summary>
    public bool IsCovering { get; }

    /// <summary>Whether nothing needs to be read, because no document can match.</summary>
    public bool MatchesNothing { get; }

    /// <summary>Whether documents come with their rows.</summary>
    internal bool IncludesDocuments => Request.Copies == 1 && !IsCovering;

    /// <summary>The fields of selector and answer; null for all.</summary>
    internal IReadOnlyList<string>? NeededFields { get; }

    /// <summary>What was considered.</summary>
    internal PlanTrace Trace { get; }

    /// <summary>The rows of an index of a design document, from the beginning.</summary>
    public ViewQuery ToQuery()
    {
        var ranges = _ranges.TakeWhile(static range => range.IsInOrderOfViews).ToList();
        var start = Join(Lows(ranges), "]"u8);
        var high = Highs(ranges);
        var end = Join(high, high.Count == 0 ? Keys.Last : Keys.CommaLast);
        return new ViewQuery
        {
            StartKey = Request.Sort.IsDescending ? end : start,
            EndKey = Request.Sort.IsDescending ? start : end,
            Descending = Request.Sort.IsDescending,
        };
    }

    /// <summary>The ends of a range of ids, in ascending order; null where there is none.</summary>
    public (ReadOnlyMemory<byte>? Low, ReadOnlyMemory<byte>? High) ToIds() => _ranges is [var range, ..]
        ? (range.Low.Value, range.High.Value)
        : (null, null);

    /// <summary>Writes the ends of the range as CouchDB explains them.</summary>
    internal (byte[] Start, byte[] End) ExplainKeys()
    {
        if (MatchesNothing)
        {
            return ("null"u8.ToArray(), "null"u8.ToArray());
        }

        if (Index!.Design is null)
        {
            var (low, high) = ToIds();
            return (low?.ToArray() ?? Keys.NoText, high?.ToArray() ?? Keys.Max);
        }

        var ends = Highs(_ranges);
        return (Join(Lows(_ranges), "]"u8), Join(ends, [.. ends.Count == 0 ? ""u8 : ","u8, .. Keys.Max, (byte)']']));
    }

    private static List<ReadOnlyMemory<byte>> Lows(IEnumerable<FieldRange> ranges) =>
        [.. ranges.TakeWhile(static range => range.Low.Value is not null).Select(static range => range.Low.Value!.Value)];

    private static List<ReadOnlyMemory<byte>> Highs(IEnumerable<FieldRange> ranges) =>
        [.. ranges.TakeWhile(static range => range.High.Value is not null).Select(static range => range.High.Value!.Value)];

    private static bool IsEmptyCombination(FindRequest request) =>
        request.Selector.Root is { IsCombination: true, Terms.Count: 0, Name: "$and" or "$or" };

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> values, ReadOnlySpan<byte> end)
    {
        using var json = new JsonBuffer();
        json.Raw("["u8);
        var separator = ""u8;
        foreach (var value in values)
        {
            json.Raw(separator).Raw(value.Span);
            separator = ","u8;
        }

        return json.Raw(end).WrittenSpan.ToArray();
    }

    private static class Keys
    {
        /// <summary>What <c>_explain</c> shows for the end of everything.</summary>
        public static readonly byte[] Max = "\"<MAX>\""u8.ToArray();

        /// <summary>What it shows for the beginning of all ids.</summary>
        public static readonly byte[] NoText = "\"\""u8.ToArray();

        /// <summary>An object that comes after all values: no character comes after U+FFFF.</summary>
        public static ReadOnlySpan<byte> Last => "{\"\uFFFF\uFFFF\uFFFF\uFFFF\":null}]"u8;

        /// <summary>The same, after other elements.</summary>
        public static ReadOnlySpan<byte> CommaLast => ",{\"\uFFFF\uFFFF\uFFFF\uFFFF\":null}]"u8;
    }
}
