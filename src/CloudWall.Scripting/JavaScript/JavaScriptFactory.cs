using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Runs JavaScript in this process, in QuickJS compiled to WebAssembly: whatever code does, it stays in the memory of its instance, and can be
/// ended at any moment. It has no files, no network, no timers.
/// </summary>
public sealed class JavaScriptFactory : ScriptEngineFactory, IDisposable
{
    private readonly QuickJsEngine _engine;
    private readonly ScriptRunner _runner;

    /// <summary>Makes the factory; the engine is loaded with the first function.</summary>
    /// <param name="options">Limits that all engines share.</param>
    /// <param name="runner">Where functions run.</param>
    public JavaScriptFactory(ScriptHostOptions options, ScriptRunner runner)
    {
        _engine = new QuickJsEngine(options);
        _runner = runner;
    }

    /// <summary>The engine's name.</summary>
    public const string Engine = "quickjs";

    /// <summary>The engine's version.</summary>
    public const string EngineVersion = QuickJsExports.Version;

    /// <summary>The engine's line: what it gives may differ in another, so that rows of two lines must not mix. The hash of the
    /// module is a part of it, because the version that the engine states may lag its code.</summary>
    public static readonly string Line = $"{Engine} {EngineVersion} {QuickJsExports.ModuleHash[..12]}";

    /// <summary>What instances have, and what is kept between calls.</summary>
    internal MemoryBudget Budget => _engine.Budget;

    /// <inheritdoc/>
    public override string Language => "javascript";

    /// <inheritdoc/>
    public override MapFunctions CreateMaps(string scope, MapSource source, ScriptHostOptions options) =>
        new JavaScriptMaps(_engine, _runner, scope, source, options);

    /// <inheritdoc/>
    public override ReduceFunctions CreateReduces(string scope, ReduceSource source, ScriptHostOptions options) =>
        new JavaScriptReduces(_engine, _runner, scope, source, options);

    /// <inheritdoc/>
    public override DesignFunctions CreateDesign(string scope, DesignSource source, ScriptHostOptions options) =>
        new JavaScriptDesign(_engine, _runner, scope, source, options);

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
