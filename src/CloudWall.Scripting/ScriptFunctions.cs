namespace CloudWall.Scripting;

/// <summary>
/// A set of functions that is ready to run. It may be used from several threads at once: each call takes an engine of its own out of a
/// pool, and the set itself holds no state that a call could leave behind.
/// </summary>
public abstract class ScriptFunctions
{
    /// <summary>What a host knows them by.</summary>
    internal object? Key { get; set; }

    /// <summary>
    /// Gives back what is only kept to be quick: idle engines, processes, and what calls that are under way would keep. The set goes on
    /// working.
    /// </summary>
    public abstract void ReleaseIdle();

    /// <summary>From now on things are kept again.</summary>
    public virtual void Resume()
    {
    }
}
