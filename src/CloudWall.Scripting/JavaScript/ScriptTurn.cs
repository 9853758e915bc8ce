using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The time in which an instance runs a call.</summary>
internal readonly struct ScriptTurn : IDisposable
{
    private readonly QuickJsEngine _engine;
    private readonly QuickJsInstance _instance;

    public ScriptTurn(QuickJsEngine engine, QuickJsInstance instance, ScriptCall call, ScriptHostOptions options)
    {
        (_engine, _instance) = (engine, instance);
        instance.Seed(options.Random);
        instance.Running = call;
        instance.Watch();
        engine.Ticker.Enter();
    }

    public void Dispose()
    {
        _engine.Ticker.Exit();
        _instance.Running = null;
    }
}
