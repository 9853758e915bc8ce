using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The time in which an instance runs a call.</summary>
internal readonly struct ScriptTurn : IDisposable
{
    private readonly QuickJsEngine _engine;
    private readonly QuickJsInstance _instance;

    /// <summary>The memory of the call that this one runs within: that of a list, which asks for a row that a function makes.</summary>
    private readonly IScriptMemory? _outer;

    public ScriptTurn(QuickJsEngine engine, QuickJsInstance instance, TimedCall call, ScriptHostOptions options)
    {
        (_engine, _instance) = (engine, instance);
        instance.Seed(options.Random);
        instance.Running = call;
        instance.Watch();
        if (ScriptPlace.Current is { } place)
        {
            _outer = place.Memory;
            place.Memory = instance;
        }

        call.Ending = engine.Enter();
        call.BeginPiece();
    }

    public void Dispose()
    {
        _instance.Running = null;
        if (ScriptPlace.Current is { } place)
        {
            place.Memory = _outer;
        }

        _engine.Exit();
    }
}
