using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.QueryServers;

/// <summary>
/// Runs the functions of a language in processes that speak CouchDB's query server protocol
/// (<c>https://docs.couchdb.org/en/stable/query-server/protocol.html</c>). Such a program runs with the rights of the node.
/// </summary>
/// <param name="language">The language of design documents that it runs, in any case.</param>
/// <param name="command">The command line, for the system's shell.</param>
public sealed class QueryServerFactory(string language, string command) : ScriptEngineFactory, IDisposable
{
    private const string Prefix = "COUCHDB_QUERY_SERVER_";
    private readonly Lock _lock = new();
    private QueryServerPool? _pool;

    /// <inheritdoc/>
    public override string Language => language;

    /// <summary>How many processes there are.</summary>
    public int Processes => _pool?.Count ?? 0;

    /// <summary>The command lines that environment variables <c>COUCHDB_QUERY_SERVER_…</c> give, by language in lower case.</summary>
    public static IReadOnlyDictionary<string, string> FromEnvironment(System.Collections.IDictionary variables)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (System.Collections.DictionaryEntry variable in variables)
        {
            if (variable is { Key: string name, Value: string { Length: > 0 } value }
                && name.Length > Prefix.Length && name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                found[name[Prefix.Length..].ToLowerInvariant()] = value;
            }
        }
        return found;
    }

    /// <inheritdoc/>
    public override MapFunctions CreateMaps(string scope, MapSource source, ScriptHostOptions options) =>
        new ServerMaps(Pool(options), scope, source);

    /// <inheritdoc/>
    public override ReduceFunctions CreateReduces(string scope, ReduceSource source, ScriptHostOptions options) =>
        new ServerReduces(Pool(options), scope, source);

    /// <inheritdoc/>
    public override DesignFunctions CreateDesign(string scope, DesignSource source, ScriptHostOptions options) =>
        new ServerDesign(Pool(options), scope, source);

    /// <summary>Ends the processes.</summary>
    public void Dispose() => _pool?.Dispose();

    private QueryServerPool Pool(ScriptHostOptions options)
    {
        lock (_lock)
        {
            return _pool ??= new QueryServerPool(command, options);
        }
    }
}
