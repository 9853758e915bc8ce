using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>A function that says which documents pass: a filter, or the map function of a view.</summary>
/// <param name="design">The design document that it is in.</param>
/// <param name="name">Its name, or that of the view.</param>
/// <param name="request">The request as it is shown to filters; null for a view.</param>
internal sealed class FilterFunction(DesignCalls design, string name, byte[]? request)
{
    /// <summary>Asks about documents.</summary>
    /// <param name="documents">Documents as JSON in UTF-8.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>An answer for each.</returns>
    /// <exception cref="CloudWall.Documents.DocumentException">The function failed.</exception>
    public Task<bool[]> PassAsync(IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation) => design.CallAsync(
        functions => request is { } shown
            ? functions.Filter(name, documents, shown, cancellation)
            : functions.FilterByView(name, documents, cancellation),
        cancellation);
}
