using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting;

/// <summary>
/// Runs the functions of one language. JavaScript comes with this room; another engine, or a process that speaks CouchDB's query server
/// protocol, is another implementation (<c>https://docs.couchdb.org/en/stable/query-server/protocol.html</c>).
/// What it makes is kept by <see cref="ScriptHost"/>, which asks again only after it was dropped.
/// </summary>
public abstract class ScriptEngineFactory
{
    /// <summary>The language of a design document that this factory runs, such as <c>javascript</c>.</summary>
    public abstract string Language { get; }

    /// <summary>Compiles map functions.</summary>
    /// <exception cref="ScriptException"><c>compilation_error</c>.</exception>
    public abstract MapFunctions CreateMaps(string scope, MapSource source, ScriptHostOptions options);

    /// <summary>Compiles reduce functions.</summary>
    /// <exception cref="ScriptException"><c>compilation_error</c>.</exception>
    public abstract ReduceFunctions CreateReduces(string scope, ReduceSource source, ScriptHostOptions options);

    /// <summary>Takes the functions of a design document, which are compiled as they are first called.</summary>
    /// <exception cref="ScriptException">The document cannot be read.</exception>
    public abstract DesignFunctions CreateDesign(string scope, DesignSource source, ScriptHostOptions options);
}
