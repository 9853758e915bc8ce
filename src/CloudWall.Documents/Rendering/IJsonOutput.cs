using CloudWall.Documents.Json;

namespace CloudWall.Documents.Rendering;

/// <summary>Where JSON of any length is written, piece by piece.</summary>
public interface IJsonOutput
{
    /// <summary>Takes the next piece.</summary>
    JsonBuffer Buffer { get; }

    /// <summary>Called after each piece: sends what has gathered, or sees to it that there is memory for it.</summary>
    ValueTask FlushIfFullAsync();
}
