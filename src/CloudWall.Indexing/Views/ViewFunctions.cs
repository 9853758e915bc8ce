namespace CloudWall.Indexing.Views;

/// <summary>
/// The map and reduce functions of one design document, in any language. Thread-safe; each call blocks its thread while functions run.
/// Input and output is JSON in UTF-8 (CouchDB's documentation: "Query Server Protocol").
/// </summary>
public abstract class ViewFunctions : IDisposable
{
    /// <summary>
    /// Runs every view's map function on each of the documents. A function that fails on a document emits nothing for it.
    /// </summary>
    /// <param name="documents">The documents with their underscore members (<c>_id</c>, <c>_rev</c> and others).</param>
    /// <param name="room">The approximate number of bytes of rows after which no further document is started.</param>
    /// <param name="rows">Receives the rows in the order in which they were emitted.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>
    /// The number of documents that were mapped: at least one, and all unless the room is used up or much time has passed. The caller
    /// passes the others again.
    /// </returns>
    /// <exception cref="Documents.DocumentException">The functions cannot be compiled, or the engine that runs them failed: the build
    /// ends.</exception>
    public abstract int Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, EmittedRows rows, CancellationToken cancellation);

    /// <summary>Runs a reduce function on several groups of rows, each with keys and values.</summary>
    /// <param name="function">The source of the function; it does not begin with an underscore.</param>
    /// <param name="groups">The groups, none of them empty, rows in the order of the view.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>A result for each group.</returns>
    /// <exception cref="Documents.DocumentException">The function failed.</exception>
    public abstract IReadOnlyList<ReduceResult> Reduce(
        string function, IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation);

    /// <summary>Runs a reduce function on several groups of values that it returned before (<c>rereduce</c>).</summary>
    /// <param name="function">The source of the function.</param>
    /// <param name="groups">The groups, none of them empty.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>A result for each group.</returns>
    /// <exception cref="Documents.DocumentException">The function failed.</exception>
    public abstract IReadOnlyList<ReduceResult> Rereduce(
        string function, IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the resources of the functions.</summary>
    protected abstract void Dispose(bool disposing);
}
