using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The text of one function, parsed, and what can be told about it from its text.</summary>
internal sealed class CompiledSource(string text, ScriptLimits limits)
{
    private readonly Prepared<Script> _script = SourceText.Prepare(text, limits);

    public string Text { get; } = text;

    /// <summary>The modes that all of these texts need.</summary>
    public static SandboxMode ModeOf(IEnumerable<string> texts)
    {
        var mode = SandboxMode.None;
        foreach (var text in texts)
        {
            mode |= SourceText.ExtendsLanguage(text) ? SandboxMode.Open : SandboxMode.None;
            mode |= SourceText.ReplacesHelpers(text) ? SandboxMode.ReplacesHelpers : SandboxMode.None;
        }
        return mode;
    }

    /// <summary>Makes the function in an engine, under the limits of a call.</summary>
    /// <exception cref="ScriptException"><c>compilation_error</c>.</exception>
    public JsValue Load(Sandbox sandbox, CancellationToken cancellation)
    {
        try
        {
            return sandbox.Run(() => LoadInside(sandbox), cancellation);
        }
        catch (JavaScriptException e)
        {
            throw ScriptException.Compilation($"{ThrownValue.Describe(e.Error)} ({Text})");
        }
    }

    /// <summary>Likewise, where a call is already running.</summary>
    public JsValue LoadInside(Sandbox sandbox)
    {
        var function = sandbox.Evaluate(_script);
        return function.IsCallable()
            ? function
            : throw ScriptException.Compilation($"Expression does not eval to a function. ({Text})");
    }
}
