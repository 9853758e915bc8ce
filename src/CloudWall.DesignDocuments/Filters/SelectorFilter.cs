using CloudWall.Documents.Changes;
using CloudWall.Mango.Selectors;

namespace CloudWall.DesignDocuments.Filters;

/// <summary>A selector as a filter of changes (<c>filter=_selector</c>).</summary>
public sealed class SelectorFilter(Selector selector) : ChangeFilter
{
    /// <inheritdoc/>
    public override ValueTask DecideAsync(ChangeBatch batch, CancellationToken cancellation)
    {
        var documents = batch.Documents();
        for (var i = 0; i < documents.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (selector.Matches(documents[i].Span))
            {
                batch.Pass(i);
            }
        }

        return ValueTask.CompletedTask;
    }
}
