using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents.Changes;

namespace CloudWall.DesignDocuments.Filters;

/// <summary>A function that says which documents pass: a filter, or the map function of a view.</summary>
/// <param name="design">The design document that it is in.</param>
/// <param name="name">Its name, or that of the view.</param>
/// <param name="request">The request as it is shown to filters; null for a view.</param>
public sealed class FunctionFilter(DesignCalls design, string name, byte[]? request) : ChangeFilter
{
    /// <inheritdoc/>
    public override async ValueTask DecideAsync(ChangeBatch batch, CancellationToken cancellation)
    {
        var documents = batch.Documents();
        var passes = await design.CallAsync(
            functions => request is { } shown
                ? functions.Filter(name, documents, shown, cancellation)
                : functions.FilterByView(name, documents, cancellation),
            cancellation);
        for (var i = 0; i < passes.Length; i++)
        {
            if (passes[i])
            {
                batch.Pass(i);
            }
        }
    }
}
