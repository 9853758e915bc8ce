namespace CloudWall.Scripting.Views;

/// <summary>The map functions of one view group.</summary>
public abstract class MapFunctions : ScriptFunctions
{
    /// <summary>How many functions there are.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Runs every function over every document. A document in which a function throws gives no rows for that function, which is logged;
    /// neither does one for which it has too little time or memory, as it turns out when it runs alone. After one that took too much time
    /// the call ends (<see cref="MapResults.RanOutOfTime"/>).
    /// The documents are sealed: writing to them has no effect, so no function sees what another did.
    /// </summary>
    /// <param name="documents">Documents as JSON in UTF-8, with <c>_id</c> and <c>_rev</c>. Batches of hundreds are best.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>The rows in order of documents, functions and calls of <c>emit</c>. To be disposed.</returns>
    /// <exception cref="ScriptException">
    /// Many functions ran out of time on one document or others have the memory (<c>os_process_error</c>), or one asked for all to fail:
    /// <c>throw "fatal_error"</c> gives <c>map_runtime_error</c>, <c>throw ["fatal", error, reason]</c> that pair.
    /// </exception>
    public MapResults Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation = default) =>
        Map(documents, int.MaxValue, cancellation);

    /// <summary>Likewise, until there are many rows or much time is gone: what is left of the documents is to be asked for again.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="room">Bytes of rows after which no further document is begun (<see cref="MapResults.Bytes"/>).</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>The rows, and of how many of the documents they are (<see cref="MapResults.Documents"/>): of one at least.</returns>
    /// <exception cref="ScriptException">As above.</exception>
    public abstract MapResults Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, CancellationToken cancellation);
}
