using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>
/// What a listing is asked for: the options of views as far as they mean something here (CouchDB: <c>/{db}/_all_docs</c>).
/// They come from the query string, where keys are JSON and the rest is text, or from a body, where all is JSON; where an option
/// is given twice, the later one counts.
/// </summary>
internal sealed class ListingOptions
{
    /// <summary>No limit; CouchDB's largest number for one.</summary>
    public const long Unlimited = 576460752303423487;

    /// <summary>The documents to look up, in this order; null for a range.</summary>
    public IReadOnlyList<NormalJson>? Keys { get; private set; }

    /// <summary>Where the range begins, any JSON value; null for its natural beginning.</summary>
    public NormalJson? StartKey { get; private set; }

    /// <summary>Where the range ends, any JSON value; null for its natural end.</summary>
    public NormalJson? EndKey { get; private set; }

    /// <summary>Where the range begins if <see cref="StartKey"/> is not given.</summary>
    public string? StartDocumentId { get; private set; }

    /// <summary>Where the range ends if <see cref="EndKey"/> is not given.</summary>
    public string? EndDocumentId { get; private set; }

    /// <summary>Whether the end belongs to the range.</summary>
    public bool InclusiveEnd { get; private set; } = true;

    /// <summary>Whether to list backwards.</summary>
    public bool Descending { get; private set; }

    /// <summary>How many rows to leave out first.</summary>
    public long Skip { get; private set; }

    /// <summary>How many rows at most.</summary>
    public long Limit { get; private set; } = Unlimited;

    /// <summary>Whether each row has its document.</summary>
    public bool IncludeDocs { get; private set; }

    /// <summary>What is shown of the documents: <c>conflicts</c>, <c>attachments</c>, <c>att_encoding_info</c>.</summary>
    public DocumentMembers Members => IncludedDocument.MembersOf(Conflicts == true, Attachments, AttachmentEncodingInfo);

    /// <summary>Whether the answer has <c>update_seq</c>.</summary>
    public bool UpdateSequence { get; private set; }

    /// <summary>The only partition to list, or null.</summary>
    public string? Partition { get; private set; }

    /// <summary>Whether a view is reduced; null for as it comes.</summary>
    public bool? Reduce { get; private set; }

    /// <summary>
    /// Which state of a view is read: <c>true</c>, <c>false</c> or <c>lazy</c> (<c>stale</c> says the same in other words).
    /// </summary>
    public string Update { get; private set; } = "true";

    /// <summary>By how many elements of keys rows are grouped: 0 for one group, the largest number for whole keys.</summary>
    public int GroupBy => Group == true && GroupLevel is null
        ? int.MaxValue
        : (int)Math.Min(GroupLevel ?? 0, int.MaxValue - 1);

    private bool? Conflicts { get; set; }

    private bool Attachments { get; set; }

    private bool AttachmentEncodingInfo { get; set; }

    private bool? Group { get; set; }

    private long? GroupLevel { get; set; }

    private NormalJson? InvalidKeys { get; set; }

    /// <summary>The options of a GET.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static ListingOptions FromQuery(Query query)
    {
        var options = new ListingOptions();
        if (query["keys"] is { } text)
        {
            var keys = NormalJson.Parse(text);
            options.Keys = keys.IsArray ? keys.Elements() : throw HttpErrors.BadRequest("`keys` parameter must be an array.");
        }

        options.Apply(query);
        return options;
    }

    /// <summary>The options of a POST: its body's, and over them those of the query string.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static ListingOptions FromBody(NormalJson body, Query query)
    {
        var options = new ListingOptions();
        if (body.Member("keys"u8) is { } keys)
        {
            options.Keys = keys.IsArray ? keys.Elements() : throw HttpErrors.BadRequest("`keys` body member must be an array.");
        }

        options.Apply(body);
        options.Apply(query);
        return options;
    }

    /// <summary>The options of one of several queries: those of the query string, and over them its own.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static ListingOptions FromQueries(Query query, NormalJson one)
    {
        var options = new ListingOptions();
        options.Apply(query);
        options.Keys = null;
        options.InvalidKeys = null;
        options.Group = null;
        options.GroupLevel = null;
        options.Apply(one);
        return options;
    }

    /// <summary>The options of a view's GET.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static ListingOptions ForView(Query query)
    {
        var options = new ListingOptions();
        options.Apply(query);
        return options;
    }

    /// <summary>The options of a view's POST: its body's, and over them those of the query string.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static ListingOptions ForView(NormalJson body, Query query)
    {
        if (body.Member("keys"u8) is { IsArray: false })
        {
            throw HttpErrors.BadRequest("`keys` member must be an array.");
        }

        var options = new ListingOptions();
        options.Apply(body);
        options.Apply(query);
        return options;
    }

    /// <summary>
    /// The options of a list function's rows: those of a view, but a single key stays one of <c>keys</c>, so a reduce view needs
    /// <c>group</c> for it.
    /// </summary>
    /// <param name="body">The body of a POST; null for a GET.</param>
    /// <param name="query">The query string.</param>
    /// <exception cref="DocumentException">400.</exception>
    public static ListingOptions ForList(NormalJson? body, Query query)
    {
        var options = new ListingOptions();
        var named = body is { } members ? members.Member("keys"u8) : query["keys"] is { } text ? NormalJson.Parse(text) : null;
        if (named is { IsArray: true } keys)
        {
            options.Keys = keys.Elements();
        }

        if (body is { } posted)
        {
            options.Apply(posted);
        }

        options.Apply(query);
        return options;
    }

    /// <summary>Refuses what cannot be together in a view, as CouchDB does and in its order.</summary>
    /// <param name="reduced">Whether the view has a reduce function that is to be used.</param>
    /// <param name="partitioned">Whether the view is partitioned.</param>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public void ValidateView(bool reduced, bool partitioned)
    {
        var refusal =
            Group == false && GroupLevel > 0 ? "Can't specify group=false and group_level>0 at the same time"
            : !reduced && Reduce == true ? "Reduce is invalid for map-only views."
            : reduced && Keys is not null && GroupBy != int.MaxValue ? "Multi-key fetches for reduce views must use `group=true`"
            : InvalidKeys is not null ? "`keys` must be an array of strings."
            : HasContradictingKeys() ? "`keys` is incompatible with `key`, `start_key` and `end_key`"
            : !reduced && GroupBy != 0 ? "Invalid use of grouping on a map view."
            : reduced && IncludeDocs ? "`include_docs` is invalid for reduce"
            : reduced && Conflicts is not null ? "`conflicts` is invalid for reduce views."
            : Partition is null && partitioned ? "`partition` parameter is mandatory for queries to this view."
            : Partition is not null && !partitioned ? "`partition` parameter is not supported in this design doc"
            : Limit > Unlimited ? $"Limit is too large, must not exceed {Unlimited}"
            : null;
        if (refusal is not null)
        {
            throw Query.QueryParseError(refusal);
        }
    }

    /// <summary>Refuses what cannot be together, as CouchDB does and in its order.</summary>
    /// <param name="partitioned">Whether the database is partitioned.</param>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public void Validate(bool partitioned)
    {
        var grouping = Group == true ? GroupLevel ?? 1 : GroupLevel ?? 0;
        var refusal =
            Group == false && GroupLevel > 0 ? "Can't specify group=false and group_level>0 at the same time"
            : Reduce == true ? "Reduce is invalid for map-only views."
            : InvalidKeys is not null ? "`keys` must be an array of strings."
            : HasContradictingKeys() ? "`keys` is incompatible with `key`, `start_key` and `end_key`"
            : grouping != 0 ? "Invalid use of grouping on a map view."
            : Partition is not null && !partitioned ? "`partition` parameter is not supported on this db"
            : Limit > Unlimited ? $"Limit is too large, must not exceed {Unlimited}"
            : null;
        if (refusal is not null)
        {
            throw Query.QueryParseError(refusal);
        }
    }

    private bool HasContradictingKeys()
    {
        if (Keys is null or { Count: 0 } || (StartKey is null && EndKey is null))
        {
            return false;
        }

        return Keys.Count != 1 || !AreSame(StartKey, Keys[0]) || !AreSame(EndKey, Keys[0]);
    }

    private static bool AreSame(NormalJson? one, NormalJson other) => one is { } value && value.Utf8.Span.SequenceEqual(other.Utf8.Span);

    private void Apply(Query query)
    {
        foreach (var (name, value) in query)
        {
            Apply(name, new OptionValue(value));
        }
    }

    private void Apply(NormalJson members)
    {
        foreach (var (name, value) in members.Members())
        {
            Apply(name, new OptionValue(value));
        }
    }

    private void Apply(string name, OptionValue value)
    {
        switch (name)
        {
            case "key":
                StartKey = EndKey = value.Json();
                break;
            case "keys":
                ApplyKeys(value.Json());
                break;
            case "startkey" or "start_key":
                StartKey = value.Json();
                break;
            case "endkey" or "end_key":
                EndKey = value.Json();
                break;
            case "startkey_docid" or "start_key_doc_id":
                StartDocumentId = value.Text();
                break;
            case "endkey_docid" or "end_key_doc_id":
                EndDocumentId = value.Text();
                break;
            case "inclusive_end":
                InclusiveEnd = value.Boolean();
                break;
            case "descending":
                Descending = value.Boolean();
                break;
            case "skip":
                Skip = value.NonNegative();
                break;
            case "limit":
                Limit = value.NonNegative();
                break;
            case "include_docs":
                IncludeDocs = value.Boolean();
                break;
            case "conflicts":
                Conflicts = value.Boolean();
                break;
            case "attachments":
                Attachments |= value.Boolean();
                break;
            case "att_encoding_info":
                AttachmentEncodingInfo |= value.Boolean();
                break;
            case "update_seq":
                UpdateSequence = value.Boolean();
                break;
            case "partition":
                Partition = value.Text();
                RequirePartition(Partition);
                break;
            case "reduce":
                Reduce = value.Boolean();
                break;
            case "group":
                Group = value.Boolean();
                break;
            case "group_level":
                GroupLevel = value.NonNegative();
                break;
            case "sorted":
                value.Boolean();
                break;
            case "stale":
                value.OneOf(name, "ok", "update_after");
                Update = value.Text() == "ok" ? "false" : "lazy";
                break;
            case "stable":
                value.OneOf(name, "true", "false");
                break;
            case "update":
                value.OneOf(name, "true", "false", "lazy");
                Update = value.Text();
                break;
        }
    }

    private static void RequirePartition(string partition)
    {
        if (DocumentId.FaultOfPartition(partition) is { } refusal)
        {
            throw new DocumentException(refusal);
        }
    }

    // A single key is a range of one, which is quicker to CouchDB and shows in `offset` where nothing else said `keys`.
    private void ApplyKeys(NormalJson keys)
    {
        if (!keys.IsArray)
        {
            InvalidKeys = keys;
            return;
        }

        var elements = keys.Elements();
        if (elements.Count == 1)
        {
            StartKey = EndKey = elements[0];
        }
        else
        {
            Keys = elements;
            InvalidKeys = null;
        }
    }
}
