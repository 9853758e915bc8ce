using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents.Changes;

namespace CloudWall.DesignDocuments.Filters;

/// <summary>A filter function, or the map function of a view used as a filter, as a filter of changes.</summary>
/// <param name="design">The design document that has the function.</param>
/// <param name="name">The name of the filter or of the view.</param>
/// <param name="request">Makes the request object for the filter function, as JSON, at the first document; null for a view.</param>
public sealed class FunctionFilter(DesignCalls design, string name, Func<byte[]>? request) : ChangeFilter
{
    private byte[]? _request;

    /// <inheritdoc/>
    public override async ValueTask DecideAsync(ChangeBatch batch, CancellationToken cancellation)
    {
        _request ??= request?.Invoke();
        var documents = batch.Documents();
        var passes = await design.CallAsync(
            functions => _request is { } shown
                ? functions.Filter(name, documents, shown, cancellation)
                : functions.FilterByView(name, documents, cancellation),
            cancellation,
            isShort: documents.Length == 1);
        for (var i = 0; i < passes.Length; i++)
        {
            if (passes[i])
            {
                batch.Pass(i);
            }
        }
    }
}
