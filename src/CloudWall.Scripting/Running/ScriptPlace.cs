namespace CloudWall.Scripting.Running;

/// <summary>A place in which a call runs, on the thread that it runs on.</summary>
internal abstract class ScriptPlace
{
    [ThreadStatic]
    private static ScriptPlace? _current;

    /// <summary>The place of this thread; null on threads that are not for functions.</summary>
    public static ScriptPlace? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>What the code that runs here has its values in; null while none runs.</summary>
    public IScriptMemory? Memory { get; set; }

    /// <summary>
    /// Waits for a client in the place of this thread: meanwhile others have it. The number of places does not bound the calls that wait,
    /// so all memory that they hold counts.
    /// </summary>
    /// <exception cref="ScriptException">Others have too much of the memory for this call to wait with what it holds.</exception>
    public static void AwaitClient(Action wait)
    {
        if (Current is not { } place)
        {
            wait();
            return;
        }

        var memory = place.Memory;
        ScriptException? refusal = null;
        try
        {
            memory?.BeginWait();
        }
        catch (ScriptException refused)
        {
            // What has begun uses what the caller is about to dispose of, so it has to end first, and soon.
            (memory, refusal) = (null, refused);
            place.End();
        }

        try
        {
            place.AwaitElsewhere(wait);
        }
        catch (Exception) when (refusal is not null)
        {
            // It was ended.
        }
        finally
        {
            memory?.EndWait();
        }

        if (refusal is not null)
        {
            throw refusal;
        }
    }

    /// <summary>Called every few milliseconds while code runs: a call that has taken long makes way, and waits for another place.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="waited">How long it has just waited for something without using the processor: that counts, too.</param>
    public abstract void Check(CancellationToken cancellation, TimeSpan waited = default);

    /// <summary>
    /// Called between two pieces of work: a call that has had its place for long lets others have theirs before it goes on.
    /// </summary>
    public virtual void MakeWay()
    {
    }

    /// <summary>Has what the call waits for end, because the call is to end.</summary>
    protected virtual void End()
    {
    }

    /// <summary>The call waits for something else than a processor, such as its client.</summary>
    public virtual void BeginWait()
    {
    }

    /// <summary>It goes on.</summary>
    public virtual void EndWait()
    {
    }

    private void AwaitElsewhere(Action wait)
    {
        BeginWait();
        try
        {
            wait();
        }
        finally
        {
            EndWait();
        }
    }
}
