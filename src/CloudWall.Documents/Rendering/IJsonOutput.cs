using CloudWall.Documents.Json;

namespace CloudWall.Documents.Rendering;

/// <summary>A sink for JSON of any length, written in pieces.</summary>
public interface IJsonOutput
{
    /// <summary>The buffer for the next piece.</summary>
    JsonBuffer Buffer { get; }

    /// <summary>
    /// Reserves memory for a piece that may be large; may wait. If it does not complete synchronously, the caller must dispose the piece
    /// meanwhile and read it again afterwards, because iterators of the store are released.
    /// </summary>
    /// <param name="bytes">The size of the piece in bytes.</param>
    ValueTask ReserveAsync(long bytes);

    /// <summary>Called after each piece; sends the buffer if it is full, or reserves memory for it.</summary>
    ValueTask FlushIfFullAsync();
}
