namespace CloudWall.Documents.Revisions;

/// <summary>CouchDB's revision ids: the same edit made on two peers is the same revision.</summary>
public static class RevisionHash
{
    /// <summary>The id of the revision that an edit makes.</summary>
    /// <param name="deleted">Whether the edit deletes the document.</param>
    /// <param name="parent">The revision it builds on; the default value for a document's first.</param>
    /// <param name="bodyTerm">The body as <see cref="Json.ParsedDocument.Term"/> has it.</param>
    /// <param name="attachments">The attachments in the document's order.</param>
    public static RevisionId Compute(
        bool deleted, RevisionId parent, ReadOnlySpan<byte> bodyTerm, IReadOnlyList<HashedAttachment> attachments) =>
        throw new NotImplementedException();
}
