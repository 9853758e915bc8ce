using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Filters;

/// <summary>Opens filters by name: <c>design/filter</c>, or <c>_view</c> with <c>design/view</c>.</summary>
public static class NamedFilter
{
    /// <summary>Splits a name into design document and function; null where it does not have two parts.</summary>
    public static (string Design, string Name)? Split(string text) =>
        text.Split('/', StringSplitOptions.RemoveEmptyEntries) is [var design, var name] ? (design, name) : null;

    /// <summary>Opens a filter function.</summary>
    /// <param name="scripts">Runs the function.</param>
    /// <param name="database">Its database.</param>
    /// <param name="design">The design document's name.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="request">
    /// Makes the request object for the function, as JSON in UTF-8, at the first document. As in CouchDB, a feed without documents does not
    /// find out that there can be none.
    /// </param>
    /// <exception cref="DocumentException">404: there is no such function.</exception>
    public static FunctionFilter Function(ScriptHost scripts, Database database, string design, string name, Func<byte[]> request) =>
        new(DesignCalls.Open(scripts, database, design).Require("filters", name), name, request);

    /// <summary>Opens a view as a filter: it passes the documents for which the map function emits rows.</summary>
    /// <param name="scripts">Runs the function.</param>
    /// <param name="database">Its database.</param>
    /// <param name="design">The design document's name.</param>
    /// <param name="name">The view's name.</param>
    /// <exception cref="DocumentException">404: there is no such view.</exception>
    public static FunctionFilter View(ScriptHost scripts, Database database, string design, string name) =>
        new(DesignCalls.Open(scripts, database, design).Require("views", name), name, request: null);
}
