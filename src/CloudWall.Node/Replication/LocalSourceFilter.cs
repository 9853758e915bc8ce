using System.Runtime.CompilerServices;
using CloudWall.Access;
using CloudWall.Access.Databases;
using CloudWall.DesignDocuments.Filters;
using CloudWall.Documents;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Mango.Selectors;
using CloudWall.Node.Identifiers;
using CloudWall.Replication.Peers;
using CloudWall.Scripting;

namespace CloudWall.Node.Replication;

/// <summary>The filter of a replication whose source is a local database, so that no HTTP request asks for it.</summary>
/// <param name="scripts">Runs functions.</param>
/// <param name="uuids">Generates the ids that the request object offers to functions.</param>
internal sealed class LocalSourceFilter(ScriptHost scripts, UuidGenerator uuids)
{
    /// <summary>The selectors of replications, so that each is compiled once rather than for each page of changes.</summary>
    private readonly ConditionalWeakTable<ChangesSelection, SelectorFilter> _selectors = [];

    /// <summary>Opens the filter.</summary>
    /// <param name="database">The source.</param>
    /// <param name="user">The user who reads the source.</param>
    /// <param name="selection">The filter's name and parameters, or the selector.</param>
    /// <exception cref="DocumentException">
    /// 400: the name is malformed, or the selector. 404: there is no such filter.
    /// </exception>
    public ChangeFilter Open(Database database, UserContext user, ChangesSelection selection)
    {
        if (selection.Selector is { } selector)
        {
            return _selectors.GetValue(selection, _ => new SelectorFilter(Selector.Parse(NormalJson.Parse(selector))));
        }

        var isView = selection.Filter == "_view";
        var path = isView ? selection.QueryParameters.FirstOrDefault(static parameter => parameter.Key == "view").Value : selection.Filter;
        return NamedFilter.Split(path ?? string.Empty) is not var (design, name)
            ? throw new DocumentException(DocumentError.BadRequest("`filter` must be of the form `designname/filtername`"))
            : isView ? NamedFilter.View(scripts, database, design, name)
            : NamedFilter.Function(scripts, database, design, name, () => Request(database, user, selection));
    }

    /// <summary>The request object for the function, filled in without an HTTP request.</summary>
    private byte[] Request(Database database, UserContext user, ChangesSelection selection)
    {
        using var json = new JsonBuffer(1024);
        json.Raw("{\"info\":"u8);
        DatabaseInformation.Write(json, database);
        json.Raw(",\"uuid\":"u8).Text(uuids.Next()).Raw(",\"id\":null,\"method\":\"GET\",\"path\":["u8).Text(database.Name)
            .Raw(",\"_changes\"],\"query\":{"u8);
        for (var i = 0; i < selection.QueryParameters.Count; i++)
        {
            var (name, value) = selection.QueryParameters[i];
            json.Raw(i == 0 ? ""u8 : ","u8).Text(name).Raw(":"u8).Text(value);
        }

        json.Raw("},\"headers\":{},\"body\":\"undefined\",\"peer\":\"127.0.0.1\",\"form\":{},\"cookie\":{},\"userCtx\":"u8);
        user.Write(json, database.Name);
        json.Raw(",\"secObj\":"u8).Raw((database.Security ?? DatabaseSecurity.Default).Span).Raw("}"u8);
        return json.WrittenSpan.ToArray();
    }
}
