using CloudWall.Access;

namespace CloudWall.Server.Http;

/// <summary>One row of the table of routes.</summary>
/// <param name="Pattern">The pattern, for messages.</param>
/// <param name="Audience">Whom it answers.</param>
/// <param name="Allowed">The methods in CouchDB's order and writing, for 405 and <c>Allow</c>.</param>
/// <param name="Handlers">What answers each method.</param>
internal sealed record Route(string Pattern, Audience Audience, string Allowed, MethodHandler[] Handlers)
{
    /// <summary>Whether the path is about a design document, in its third segment, which must be there whatever the method.</summary>
    public bool NeedsDesign { get; } = Pattern.Contains("/_design/{ddoc}/", StringComparison.Ordinal);

    /// <summary>What answers a method, or null: 405.</summary>
    public MethodHandler? For(string method)
    {
        foreach (var handler in Handlers)
        {
            if (handler.Method == method || handler.Method == "*")
            {
                return handler;
            }
        }

        return null;
    }
}
