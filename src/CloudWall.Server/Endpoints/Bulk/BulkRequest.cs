namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>What <c>_bulk_docs</c> is asked to do.</summary>
/// <param name="Documents">The documents, read and checked; the reader owns them.</param>
/// <param name="NewEdits"><c>new_edits</c>; null where it is neither true nor false.</param>
/// <param name="AllOrNothing"><c>all_or_nothing</c>.</param>
internal sealed record BulkRequest(HeldDocuments Documents, bool? NewEdits, bool AllOrNothing);
