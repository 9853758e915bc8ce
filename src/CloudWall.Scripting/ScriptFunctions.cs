namespace CloudWall.Scripting;

/// <summary>
/// A set of functions that is ready to run. It may be used from several threads at once: each call takes an engine of its own out of a
/// pool, and the set itself holds no state that a call could leave behind.
/// </summary>
public abstract class ScriptFunctions
{
    /// <summary>What a host knows them by.</summary>
    internal object? Key { get; set; }

    /// <summary>Bytes that the set has as long as it is there: its text, and what is known of that.</summary>
    public virtual long SourceBytes => 0;

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
