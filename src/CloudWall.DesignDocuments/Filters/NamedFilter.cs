using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Filters;

/// <summary>The filters that names stand for: <c>design/filter</c>, and <c>_view</c> with <c>design/view</c>.</summary>
public static class NamedFilter
{
    /// <summary>The two parts of a name; null where it does not have two.</summary>
    public static (string Design, string Name)? Split(string text) =>
        text.Split('/', StringSplitOptions.RemoveEmptyEntries) is [var design, var name] ? (design, name) : null;

    /// <summary>A filter function.</summary>
    /// <param name="scripts">What runs it.</param>
    /// <param name="database">Its database.</param>
    /// <param name="design">The design document's name.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="request">The request that it is shown, as JSON in UTF-8.</param>
    /// <exception cref="DocumentException">404: there is none.</exception>
    public static FunctionFilter Function(ScriptHost scripts, Database database, string design, string name, byte[] request) =>
        new(DesignCalls.Open(scripts, database, design).Require("filters", name), name, request);

    /// <summary>The documents of which a view's map function makes rows.</summary>
    /// <param name="scripts">What runs it.</param>
    /// <param name="database">Its database.</param>
    /// <param name="design">The design document's name.</param>
    /// <param name="name">The view's name.</param>
    /// <exception cref="DocumentException">404: there is none.</exception>
    public static FunctionFilter View(ScriptHost scripts, Database database, string design, string name) =>
        new(DesignCalls.Open(scripts, database, design).Require("views", name), name, request: null);
}
