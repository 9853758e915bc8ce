namespace CloudWall.Scripting.Running;

/// <summary>The memory of a call, which it keeps while it waits.</summary>
internal interface IScriptMemory
{
    /// <summary>The call waits from now on.</summary>
    /// <exception cref="ScriptException">There is too little memory for that.</exception>
    void BeginWait();

    /// <summary>It goes on.</summary>
    void EndWait();
}
