using CloudWall.Documents.Json;
using CloudWall.Indexing.Views;
using CloudWall.Mango.Indexes;

namespace CloudWall.DesignDocuments.Views;

/// <summary>Makes the rows of indexes that design documents in the language <c>query</c> define.</summary>
/// <param name="definitions">The definitions, in the order of the views' numbers.</param>
/// <param name="mapped">Called after each call, with the numbers of documents and rows.</param>
public sealed class QueryViewFunctions(IEnumerable<string> definitions, Action<int, int>? mapped = null) : ViewFunctions
{
    private readonly IndexRows?[] _indexes = [.. definitions.Select(IndexRows.TryParse)];

    /// <inheritdoc/>
    public override int Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, EmittedRows rows, CancellationToken cancellation)
    {
        using var key = new JsonBuffer(512);
        var count = 0;
        var bytes = 0L;
        var document = 0;
        while (document < documents.Count && (bytes < room || document == 0))
        {
            cancellation.ThrowIfCancellationRequested();
            var text = documents[document].Span;
            for (var view = 0; view < _indexes.Length; view++)
            {
                key.Clear();
                if (_indexes[view]?.TryWriteKey(key, text) ?? false)
                {
                    rows.Add(document, view, key.WrittenSpan, "null"u8);
                    bytes += key.WrittenCount;
                    count++;
                }
            }

            document++;
        }

        mapped?.Invoke(document, count);
        return document;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ReduceResult> Reduce(
        string function, IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation) => NoFunctions(groups.Count);

    /// <inheritdoc/>
    public override IReadOnlyList<ReduceResult> Rereduce(
        string function, IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation) => NoFunctions(groups.Count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>As in CouchDB, a reduce function that is written into such a document yields nothing.</summary>
    private static ReduceResult[] NoFunctions(int groups) => [.. Enumerable.Repeat(new ReduceResult("null"u8.ToArray()), groups)];
}
