using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Runs JavaScript in this process, in an interpreter (Jint) that has no way out: no CLR types, no files, no network, no timers.
/// The language is frozen in every engine, each set of functions has engines of its own, and an engine that has exceeded a limit is
/// thrown away.
/// </summary>
public sealed class JavaScriptFactory : ScriptEngineFactory
{
    /// <inheritdoc/>
    public override string Language => "javascript";

    /// <inheritdoc/>
    public override MapFunctions CreateMaps(string scope, MapSource source, ScriptHostOptions options) =>
        new JavaScriptMaps(scope, source, options);

    /// <inheritdoc/>
    public override ReduceFunctions CreateReduces(string scope, ReduceSource source, ScriptHostOptions options) =>
        new JavaScriptReduces(scope, source, options);

    /// <inheritdoc/>
    public override DesignFunctions CreateDesign(string scope, DesignSource source, ScriptHostOptions options) =>
        new JavaScriptDesign(scope, source, options);
}
