using CloudWall.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Json;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>Which documents a feed is about (CouchDB: "Filtering").</summary>
internal sealed class ChangesFilter
{
    private static readonly DocumentError NotImplemented = new(501, "not_implemented", "This node does not run filter functions and selectors yet.");

    private readonly bool _design;

    private ChangesFilter(DocumentIds? ids, bool design)
    {
        Ids = ids;
        _design = design;
    }

    /// <summary>All documents.</summary>
    public static ChangesFilter None { get; } = new(ids: null, design: false);

    /// <summary>The documents of <c>_doc_ids</c>, or null where the filter is another.</summary>
    public DocumentIds? Ids { get; }

    /// <summary>Whether all documents pass.</summary>
    public bool IsNone => Ids is null && !_design;

    /// <summary>
    /// Whether CouchDB looks the documents up instead of passing over the others, which shows in <c>pending</c> and
    /// <c>last_seq</c>: for design documents, and for up to 1000 ids (<c>[couchdb] changes_doc_ids_optimization_threshold</c>).
    /// </summary>
    public bool CountsAsLookup => _design || Ids is { Count: <= 1000 };

    /// <summary>Reads the filter that a request names.</summary>
    /// <exception cref="DocumentException">400, 404, or 501 for filters that need JavaScript or selectors.</exception>
    public static ChangesFilter Read(Exchange exchange, string name, NormalJson? body) => name switch
    {
        "" => None,
        "_doc_ids" => new ChangesFilter(ReadIds(exchange, body), design: false),
        "_design" => new ChangesFilter(ids: null, design: true),
        "_selector" => throw RefuseSelector(body),
        "_view" => throw RefuseView(exchange),
        ['_', ..] => throw HttpErrors.BadRequest("unknown builtin filter name"),
        _ => ReadFunction(exchange, name),
    };

    /// <summary>Whether a document passes.</summary>
    public bool Passes(ReadOnlySpan<byte> id) => Ids is null ? !_design || id.StartsWith("_design/"u8) : Ids.Contains(id);

    private static DocumentIds ReadIds(Exchange exchange, NormalJson? body)
    {
        var ids = exchange.Method == "POST"
            ? (body ?? throw HttpErrors.InvalidJson()).Member("doc_ids"u8)
            : NormalJson.Parse(exchange.Query["doc_ids"] ?? "null");
        if (ids is { IsArray: true } array)
        {
            var texts = new List<string>();
            foreach (var element in array.Elements())
            {
                texts.Add(element.IsText ? element.Text() : throw NoIds());
            }

            return new DocumentIds(texts);
        }

        throw NoIds();

        static DocumentException NoIds() => HttpErrors.BadRequest("`doc_ids` filter parameter is not a list of doc ids.");
    }

    private static DocumentException RefuseSelector(NormalJson? body) => body switch
    {
        null => HttpErrors.BadRequest("Selector must be specified in POST payload"),
        { } members when members.Member("selector"u8) is { IsObject: true } => new DocumentException(NotImplemented),
        _ => HttpErrors.BadRequest("Selector error: expected a JSON object"),
    };

    private static DocumentException RefuseView(Exchange exchange)
    {
        if (exchange.Query["view"] is not { Length: > 0 } view)
        {
            return HttpErrors.BadRequest("`view` filter parameter is not provided.");
        }

        if (view.Split('/', StringSplitOptions.RemoveEmptyEntries) is not [var design, var name])
        {
            return HttpErrors.BadRequest("`view` must be of the form `designname/viewname`");
        }

        RequireMember(exchange, design, "views", name);
        return new DocumentException(NotImplemented);
    }

    private static ChangesFilter ReadFunction(Exchange exchange, string filter)
    {
        switch (filter.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case []:
                return None;
            case [var design, var name]:
                RequireMember(exchange, design, "filters", name);
                throw new DocumentException(NotImplemented);
            default:
                throw HttpErrors.BadRequest("`filter` must be of the form `designname/filtername`");
        }
    }

    /// <summary>Refuses a design document that is not there, or that has no such member.</summary>
    private static void RequireMember(Exchange exchange, string design, params ReadOnlySpan<string> path)
    {
        var database = exchange.Database;
        var id = "_design/" + PercentEncoding.Decode(design);
        var record = database.Find(id) ?? throw new DocumentException(DocumentError.Missing);
        if (record.Deleted)
        {
            throw new DocumentException(DocumentError.Deleted);
        }

        using var stored = database.Read(id, record.Winner.Revision) ?? throw new DocumentException(DocumentError.Missing);
        var value = NormalJson.FromStored(stored.Body);
        foreach (var step in path)
        {
            if (!value.IsObject)
            {
                throw HttpErrors.NotFound("json_mismatch");
            }

            var name = PercentEncoding.Decode(step);
            value = value.Member(System.Text.Encoding.UTF8.GetBytes(name)) is { IsNull: false } member
                ? member
                : throw HttpErrors.NotFound("missing json key: " + name);
        }
    }
}
