namespace CloudWall.Scripting.Views;

/// <summary>Reduce functions that are called together over the same rows.</summary>
public abstract class ReduceFunctions : ScriptFunctions
{
    /// <summary>How many functions there are.</summary>
    public abstract int Count { get; }

    /// <summary>Reduces rows: <c>f(keys, values, false)</c>. A function that throws gives <c>null</c>, which is logged.</summary>
    /// <param name="rows">The rows' keys, their documents' ids and values. In CouchDB's terms: <c>keys</c> are pairs <c>[key, id]</c>.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>A result for each function, as JSON in UTF-8.</returns>
    /// <exception cref="ScriptException">A limit was exceeded; <c>reduce_overflow_error</c> where a result does not shrink.</exception>
    public abstract IReadOnlyList<ReadOnlyMemory<byte>> Reduce(IReadOnlyList<ReduceRow> rows, CancellationToken cancellation = default);

    /// <summary>Reduces earlier results: <c>f(null, values, true)</c>, for one of the functions.</summary>
    /// <param name="function">The position of the function.</param>
    /// <param name="values">Earlier results of that function, as JSON in UTF-8.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    /// <returns>The result as JSON in UTF-8.</returns>
    /// <exception cref="ScriptException">A limit was exceeded; <c>reduce_overflow_error</c> where the result does not shrink.</exception>
    public abstract ReadOnlyMemory<byte> Rereduce(
        int function, IReadOnlyList<ReadOnlyMemory<byte>> values, CancellationToken cancellation = default);
}
