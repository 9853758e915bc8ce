using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// A row for a list function. It is handed over as a whole, so it takes its share of the memory for requests as it grows, and that for a
/// large document before it is read.
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
    public ValueTask ReserveAsync(long bytes) => Hold(buffer.WrittenCount + bytes);

    /// <inheritdoc/>
    public ValueTask FlushIfFullAsync() => Hold(buffer.WrittenCount);

    private ValueTask Hold(long bytes) => bytes < Small ? ValueTask.CompletedTask : exchange.ReserveInAllAsync(Forms * bytes);
}
