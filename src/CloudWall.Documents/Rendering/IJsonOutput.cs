using CloudWall.Documents.Json;

namespace CloudWall.Documents.Rendering;

/// <summary>Where JSON of any length is written, piece by piece.</summary>
public interface IJsonOutput
{
    /// <summary>Takes the next piece.</summary>
    JsonBuffer Buffer { get; }

    /// <summary>
    /// Called before a piece that may be large is written, to wait until there is memory for it. Where that is not at once, what has been
    /// read of the store cannot be read on, and the piece itself is to be given back meanwhile and read anew.
    /// </summary>
    /// <param name="bytes">How many bytes it has.</param>
    ValueTask ReserveAsync(long bytes);

    /// <summary>Called after each piece: sends what has gathered, or sees to it that there is memory for it.</summary>
    ValueTask FlushIfFullAsync();
}
