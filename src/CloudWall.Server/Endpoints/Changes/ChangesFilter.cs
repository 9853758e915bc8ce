using CloudWall.DesignDocuments.Filters;
using CloudWall.Documents;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Json;
using CloudWall.Scripting;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>Which documents a feed is about (CouchDB: "Filtering").</summary>
internal sealed class ChangesFilter
{
    private readonly bool _design;

    private ChangesFilter(DocumentIds? ids, bool design, ChangeFilter? function = null)
    {
        Ids = ids;
        _design = design;
        Function = function;
    }

    /// <summary>All documents.</summary>
    public static ChangesFilter None { get; } = new(ids: null, design: false);

    /// <summary>The documents of <c>_doc_ids</c>, or null where the filter is another.</summary>
    public DocumentIds? Ids { get; }

    /// <summary>The function that has to be asked, or null.</summary>
    public ChangeFilter? Function { get; }

    /// <summary>Whether all documents pass.</summary>
    public bool IsNone => Ids is null && !_design && Function is null;

    /// <summary>
    /// Whether CouchDB looks the documents up instead of passing over the others, which shows in <c>pending</c> and
    /// <c>last_seq</c>: for design documents, and for a number of ids.
    /// </summary>
    public bool CountsAsLookup => _design || Ids is { CountsAsLookup: true };

    /// <summary>Reads the filter that a request names.</summary>
    /// <param name="scripts">What runs filter functions.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="name">The filter's name.</param>
    /// <param name="body">The request's body; null where there is none.</param>
    /// <exception cref="DocumentException">400 or 404.</exception>
    public static ChangesFilter Read(ScriptHost scripts, Exchange exchange, string name, NormalJson? body) => name switch
    {
        "" => None,
        "_doc_ids" => new ChangesFilter(ReadIds(exchange, body), design: false),
        "_design" => new ChangesFilter(ids: null, design: true),
        "_selector" => throw RefuseSelector(body),
        "_view" => ReadView(scripts, exchange),
        ['_', ..] => throw HttpErrors.BadRequest("unknown builtin filter name"),
        _ => ReadFunction(scripts, exchange, name, body),
    };

    /// <summary>How many rows a document has; none where it does not pass.</summary>
    public int TimesOf(ReadOnlySpan<byte> id) => Ids?.TimesOf(id) ?? (!_design || id.StartsWith("_design/"u8) ? 1 : 0);

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
        { } members when members.Member("selector"u8) is { IsObject: true } => HttpErrors.NotYet(
            "This node has no selectors yet. Filter with a function of a design document, with _view, or with _doc_ids."),
        _ => HttpErrors.BadRequest("Selector error: expected a JSON object"),
    };

    private static ChangesFilter ReadView(ScriptHost scripts, Exchange exchange)
    {
        if (exchange.Query["view"] is not { Length: > 0 } view)
        {
            throw HttpErrors.BadRequest("`view` filter parameter is not provided.");
        }

        return NamedFilter.Split(view) is var (design, name)
            ? Of(NamedFilter.View(scripts, exchange.Database, Decode(exchange, design), Decode(exchange, name)))
            : throw HttpErrors.BadRequest("`view` must be of the form `designname/viewname`");
    }

    private static ChangesFilter ReadFunction(ScriptHost scripts, Exchange exchange, string filter, NormalJson? body)
    {
        if (filter.AsSpan().Trim('/').IsEmpty)
        {
            return None;
        }

        if (NamedFilter.Split(filter) is not var (design, name))
        {
            throw HttpErrors.BadRequest("`filter` must be of the form `designname/filtername`");
        }

        var request = RequestObject.Of(exchange, id: null, body?.Utf8, RequestMembers.All);
        return Of(NamedFilter.Function(
            scripts, exchange.Database, Decode(exchange, design), Decode(exchange, name), request));
    }

    private static ChangesFilter Of(ChangeFilter function) => new(ids: null, design: false, function);

    private static string Decode(Exchange exchange, string text) => PercentEncoding.Decode(text, exchange.Settings.DecodePlusToSpace);
}
