using CloudWall.DesignDocuments.Filters;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Fields;
using CloudWall.Mango.Selectors;
using CloudWall.Scripting;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>Reads which documents a feed is about.</summary>
/// <param name="scripts">What runs filter functions.</param>
/// <param name="requests">Makes the requests that they see.</param>
internal sealed class ChangesFilters(ScriptHost scripts, RequestObjects requests)
{
    /// <summary>Reads the filter that a request names.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="name">The filter's name.</param>
    /// <param name="body">The request's body; null where there is none.</param>
    /// <exception cref="DocumentException">400 or 404.</exception>
    public ChangesFilter Read(Exchange exchange, string name, NormalJson? body) => name switch
    {
        "" => ChangesFilter.None,
        "_doc_ids" => ChangesFilter.Of(ReadIds(exchange, body)),
        "_design" => ChangesFilter.Design,
        "_selector" => ReadSelector(body),
        "_view" => ReadView(exchange),
        ['_', ..] => throw HttpErrors.BadRequest("unknown builtin filter name"),
        _ => ReadFunction(exchange, name, body),
    };

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

    private static ChangesFilter ReadSelector(NormalJson? body)
    {
        var members = body ?? throw HttpErrors.BadRequest("Selector must be specified in POST payload");
        var selector = members.Member("selector"u8) is { IsObject: true } given
            ? given
            : throw HttpErrors.BadRequest("Selector error: expected a JSON object");
        var fields = members.Member("fields"u8);
        if (fields is { IsArray: false })
        {
            throw HttpErrors.BadRequest("Selector error: fields must be JSON array");
        }

        try
        {
            return ChangesFilter.Of(
                new SelectorFilter(Selector.Parse(selector)), fields is { } names ? Projection.Parse(names) : null);
        }
        catch (DocumentException refused) when (refused.Error.Status == 400)
        {
            // As in CouchDB a feed says what is wrong, but not by its name.
            throw HttpErrors.BadRequest(refused.Error.Reason);
        }
    }

    private ChangesFilter ReadView(Exchange exchange)
    {
        if (exchange.Query["view"] is not { Length: > 0 } view)
        {
            throw HttpErrors.BadRequest("`view` filter parameter is not provided.");
        }

        return NamedFilter.Split(view) is var (design, name)
            ? ChangesFilter.Of(NamedFilter.View(scripts, exchange.Database, Decode(exchange, design), Decode(exchange, name)))
            : throw HttpErrors.BadRequest("`view` must be of the form `designname/viewname`");
    }

    private ChangesFilter ReadFunction(Exchange exchange, string filter, NormalJson? body)
    {
        if (filter.AsSpan().Trim('/').IsEmpty)
        {
            return ChangesFilter.None;
        }

        if (NamedFilter.Split(filter) is not var (design, name))
        {
            throw HttpErrors.BadRequest("`filter` must be of the form `designname/filtername`");
        }

        return ChangesFilter.Of(NamedFilter.Function(
            scripts,
            exchange.Database,
            Decode(exchange, design),
            Decode(exchange, name),
            () => requests.Of(exchange, id: null, body?.Utf8, RequestMembers.All)));
    }

    private static string Decode(Exchange exchange, string text) => PercentEncoding.Decode(text, exchange.Settings.DecodePlusToSpace);
}
