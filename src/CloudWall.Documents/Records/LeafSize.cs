namespace CloudWall.Documents.Records;

/// <summary>What a document's record knows of a leaf's body.</summary>
/// <param name="External">Bytes of its JSON and attachments, as a client sees them.</param>
/// <param name="HasAttachments">
/// Whether it has attachments, so that its size as stored, and what it refers to, take a look at it. True too where that is not known.
/// </param>
internal readonly record struct LeafSize(long External, bool HasAttachments);
