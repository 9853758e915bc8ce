using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>A revision of a document with its body. Dispose it to release the body.</summary>
/// <param name="Record">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Stored">Its body and attachments.</param>
public readonly record struct OpenedDocument(DocumentRecord Record, RevisionId Revision, StoredRevision Stored) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Stored.Dispose();
}
