using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// A row for a list function. It is handed over as a whole, so it takes its share of the memory for requests as it grows.
/// </summary>
/// <param name="exchange">The request.</param>
/// <param name="buffer">The row.</param>
internal sealed class RowOutput(Exchange exchange, JsonBuffer buffer) : IJsonOutput
{
    // Below this, rows are among what every request may take.
    private const int Small = 64 * 1024;

    // The row, and the text that the function gets.
    private const int Forms = 3;

    /// <inheritdoc/>
    public JsonBuffer Buffer => buffer;

    /// <inheritdoc/>
    public ValueTask FlushIfFullAsync() =>
        buffer.WrittenCount < Small ? ValueTask.CompletedTask : exchange.ReserveInAllAsync((long)Forms * buffer.WrittenCount);
}
