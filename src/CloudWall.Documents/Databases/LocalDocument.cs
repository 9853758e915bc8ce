using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// A local document: never replicated, without history. Dispose of it to give its body back to the store, where it may lie.
/// </summary>
/// <param name="Id">Its id, with the <c>_local/</c> before it.</param>
/// <param name="Revision">Its revision <c>0-N</c>: the N.</param>
/// <param name="Body">Its body in CouchDB's normal form, <c>{…}</c>; valid until disposed of.</param>
public sealed record LocalDocument(string Id, long Revision, ReadOnlyMemory<byte> Body) : IDisposable
{
    /// <summary>Where the body lies; null where it is a copy.</summary>
    internal PinnedValue? Stored { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Stored?.Dispose();
}
