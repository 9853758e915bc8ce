using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Fields;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Requests;

/// <summary>The body of <c>POST /{db}/_find</c> and <c>/{db}/_explain</c>.</summary>
public sealed record FindRequest
{
    /// <summary>CouchDB's <c>[mango] default_limit</c>.</summary>
    private const long DefaultLimit = 25;

    private const long MostRows = 1L << 53;

    private static readonly NormalJson None = NormalJson.Parse("[]");

    /// <summary>Which documents.</summary>
    public required Selector Selector { get; init; }

    /// <summary>The index to use: nothing, a design document's name, or that and a view's.</summary>
    public IReadOnlyList<string> UseIndex { get; init; } = [];

    /// <summary>Where to go on; null for the beginning.</summary>
    public string? Bookmark { get; init; }

    /// <summary>How many documents at most.</summary>
    public long Limit { get; init; } = DefaultLimit;

    /// <summary>How many to leave out.</summary>
    public long Skip { get; init; }

    /// <summary>The order.</summary>
    public SortOrder Sort { get; init; } = SortOrder.None;

    /// <summary>What is shown of the documents; null for all.</summary>
    public Projection? Fields { get; init; }

    /// <summary>The partition; null for all.</summary>
    public string? Partition { get; init; }

    /// <summary>From how many copies documents are read. There is one; more change only what is counted.</summary>
    public long Copies { get; init; } = 1;

    /// <summary>Whether conflicts are shown.</summary>
    public bool Conflicts { get; init; }

    /// <summary><c>stale=ok</c>.</summary>
    public bool IsStale { get; init; }

    /// <summary>Whether the index is brought up to date first.</summary>
    public bool Update { get; init; } = true;

    /// <summary><c>stable</c>.</summary>
    public bool Stable { get; init; }

    /// <summary>Whether numbers about the execution are shown.</summary>
    public bool ExecutionStats { get; init; }

    /// <summary>Whether another index may be used than the one that is asked for.</summary>
    public bool AllowFallback { get; init; } = true;

    /// <summary>Reads a request.</summary>
    /// <param name="body">An object.</param>
    /// <param name="partition">The partition in the path; null where there is none.</param>
    /// <exception cref="DocumentException">400, with CouchDB's names and reasons.</exception>
    public static FindRequest Parse(NormalJson body, string? partition = null)
    {
        var options = new RequestOptions(body);
        var request = new FindRequest
        {
            Selector = Selector.Parse(options.Require("selector")),
            UseIndex = options.Take("use_index") is { } index ? ReadIndex(index) : [],
            Bookmark = options.Take("bookmark") is { } bookmark ? ReadBookmark(bookmark) : null,
            Limit = options.Take("limit") is { } limit ? RequestOptions.Count(limit) : DefaultLimit,
            Skip = options.Take("skip") is { } skip ? RequestOptions.Count(skip) : 0,
            Sort = SortOrder.Parse(options.Take("sort") ?? None),
            Fields = Projection.Parse(options.Take("fields") ?? None),
            Partition = ReadPartition(options.Take("partition"), partition),
            Copies = options.Take("r") is { } copies ? RequestOptions.PositiveCount(copies) : 1,
            Conflicts = options.Flag("conflicts", otherwise: false),
            IsStale = options.Take("stale") is { } stale && IsOk(stale),
            Update = options.Flag("update", otherwise: true),
            Stable = options.Flag("stable", otherwise: false),
            ExecutionStats = options.Flag("execution_stats", otherwise: false),
            AllowFallback = options.Flag("allow_fallback", otherwise: true),
        };
        options.RequireAllTaken();
        return request;
    }

    /// <summary>Reads the name of an index, as a text or a list.</summary>
    internal static IReadOnlyList<string> ReadIndex(NormalJson json)
    {
        if (json.IsNull)
        {
            return [];
        }

        if (json.IsText)
        {
            return json.Text().Split('/') switch
            {
                [var design] => [design],
                ["_design", var design] => [design],
                [var design, var view] => [design, view],
                ["_design", var design, var view] => [design, view],
                _ => throw NoName(json),
            };
        }

        var names = json.IsArray ? json.Elements() : throw NoName(json);
        return names.Count <= 2 && names.TrueForAll(static name => name.IsText)
            ? names.ConvertAll(static name => name.Text())
            : throw NoName(json);

        static DocumentException NoName(NormalJson json) =>
            MangoErrors.Refuse("invalid_index_name", "Invalid index name: " + ErlangNotation.Print(json.Utf8.Span));
    }

    private static string? ReadBookmark(NormalJson json) =>
        json.IsNull || (json.IsText && json.Text().Length == 0) ? null
        : json.IsText ? json.Text()
        : throw MangoErrors.NoBookmark(json.Utf8.Span);

    private static string? ReadPartition(NormalJson? json, string? inPath)
    {
        var given = json is not { } value ? null
            : value.IsText ? value.Text()
            : throw MangoErrors.Refuse("illegal_partition", "Partition must be a string");
        given = given is { Length: 0 } ? null : given;
        return given is not null && inPath is not null && given != inPath
            ? throw MangoErrors.Refuse("bad_partition", "The partition in the body is another than that in the path.")
            : inPath ?? given;
    }

    private static bool IsOk(NormalJson json) =>
        json is { Boolean: false } || (json.IsText && json.Text() == "false") ? false
        : json.IsText && json.Text() == "ok" ? true
        : throw MangoErrors.Refuse("invalid_ok_or_false_value", "Invalid value for stale: " + ErlangNotation.Print(json.Utf8.Span));

    /// <summary>A number of rows that fits into arithmetic, whatever a client says.</summary>
    internal static long Bounded(long rows) => Math.Min(rows, MostRows);
}
