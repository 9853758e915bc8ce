namespace CloudWall.Scripting;

/// <summary>
/// A set of functions that is ready to run. It may be used from several threads at once: each call takes an engine of its own out of a
/// pool, and the set itself holds no state that a call could leave behind.
/// </summary>
public abstract class ScriptFunctions
{
    /// <summary>Gives back what is only kept to be quick: idle engines, processes. The set goes on working.</summary>
    public abstract void ReleaseIdle();
}
