using CloudWall.Documents.Json;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>What <c>_bulk_docs</c> is asked to do.</summary>
/// <param name="Documents">The documents, read and checked.</param>
/// <param name="NewEdits"><c>new_edits</c>; null where it is neither true nor false.</param>
/// <param name="AllOrNothing"><c>all_or_nothing</c>.</param>
internal sealed record BulkRequest(IReadOnlyList<ParsedDocument> Documents, bool? NewEdits, bool AllOrNothing);
