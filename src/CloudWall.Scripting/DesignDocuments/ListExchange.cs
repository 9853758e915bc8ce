using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.DesignDocuments;

/// <summary>
/// What a list function runs against: it pulls rows and pushes text, on the thread that called it. Time spent in here is not the
/// function's.
/// </summary>
public abstract class ListExchange
{
    /// <summary>Called once, before the first row is taken: status and headers as the JSON object given to <c>start()</c>.</summary>
    /// <param name="response">JSON in UTF-8 with <c>headers</c>, perhaps <c>code</c>.</param>
    public abstract void Start(ReadOnlyMemory<byte> response);

    /// <summary>Text to be sent, in UTF-8. Called before each further row and at the end, not for each <c>send()</c>.</summary>
    public abstract void Send(ReadOnlyMemory<byte> text);

    /// <summary>The next row as JSON in UTF-8, valid until the next call; nothing after the last one.</summary>
    public abstract bool TryGetRow(out ReadOnlyMemory<byte> row);

    /// <summary>
    /// Waits on the thread of the function for the client, or for what a row is made of: meanwhile others have the place that it runs in.
    /// It keeps the place where there is nothing to wait for.
    /// </summary>
    public static void Await(ValueTask waiting)
    {
        if (waiting.IsCompleted)
        {
            waiting.GetAwaiter().GetResult();
            return;
        }

        var task = waiting.AsTask();
        ScriptPlace.AwaitClient(() => task.GetAwaiter().GetResult());
    }
}
