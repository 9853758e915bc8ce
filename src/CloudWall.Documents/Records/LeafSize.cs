namespace CloudWall.Documents.Records;

/// <summary>The part of a leaf's sizes that is stored in the document's record.</summary>
/// <param name="External">Bytes of its JSON and attachments as a client sees them.</param>
/// <param name="HasAttachments">
/// Whether it has attachments, or may have: its stored size and references must then be read from the body.
/// </param>
internal readonly record struct LeafSize(long External, bool HasAttachments);
