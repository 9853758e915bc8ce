namespace CloudWall.Indexing.Views;

/// <summary>
/// The map and reduce functions of one design document, in whatever language. Safe for use from several threads at once; each call
/// blocks its thread while functions run. All JSON that is given and returned is in CouchDB's normal form, as UTF-8
/// ("Query Server Protocol" in CouchDB's documentation).
/// </summary>
public abstract class ViewFunctions : IDisposable
{
    /// <summary>
    /// Runs every view's map function on each of some documents. A function that fails on a document emits nothing for it.
    /// </summary>
    /// <param name="documents">The documents, with <c>_id</c> and <c>_rev</c> and so on.</param>
    /// <param name="room">Bytes of rows after which no further document is begun, about.</param>
    /// <param name="rows">Takes what they emit, in the order in which it was emitted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>
    /// How many of the documents were mapped: one at least, and all unless there is no room left or much time has passed. The others are to
    /// be given again.
    /// </returns>
    /// <exception cref="Documents.DocumentException">The functions cannot be compiled, or the engine that runs them failed: the build
    /// ends.</exception>
    public abstract int Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, EmittedRows rows, CancellationToken cancellation);

    /// <summary>Runs a reduce function on several groups of rows, each with keys and values.</summary>
    /// <param name="function">The source of the function; it does not begin with an underscore.</param>
    /// <param name="groups">The groups, none of them empty, rows in the order of the view.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>A result for each group.</returns>
    /// <exception cref="Documents.DocumentException">The function failed.</exception>
    public abstract IReadOnlyList<ReduceResult> Reduce(
        string function, IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation);

    /// <summary>Runs a reduce function on several groups of values that it returned before (<c>rereduce</c>).</summary>
    /// <param name="function">The source of the function.</param>
    /// <param name="groups">The groups, none of them empty.</param>
    /// <param name="cancellation">Gives up.</param>
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

    /// <summary>Releases what the functions hold.</summary>
    protected abstract void Dispose(bool disposing);
}
