namespace CloudWall.Scripting.JavaScript;

/// <summary>What a function was to be given is more than the engine takes: too deep or too large. No function has seen it.</summary>
internal sealed class UnreadableException(string reason) : ScriptException("InternalError", reason)
{
    public override bool IsOfArguments => true;
}
