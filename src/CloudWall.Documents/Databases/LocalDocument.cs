using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// A local document: not replicated, without history. Dispose it to release its body, which may be in the store's memory.
/// </summary>
/// <param name="Id">Its id, with <c>_local/</c>.</param>
/// <param name="Revision">The N of its revision <c>0-N</c>.</param>
/// <param name="Body">Its body in normal form, <c>{…}</c>; valid until disposal.</param>
public sealed record LocalDocument(string Id, long Revision, ReadOnlyMemory<byte> Body) : IDisposable
{
    /// <summary>The store's value that holds the body; null if the body is a copy.</summary>
    internal PinnedValue? Stored { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Stored?.Dispose();
}
