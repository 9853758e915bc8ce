namespace CloudWall.Documents.Databases;

/// <summary>A database's counts and sizes.</summary>
/// <param name="DocumentCount">Documents that are not deleted, including design documents.</param>
/// <param name="DeletedCount">Deleted documents.</param>
/// <param name="UpdateSequence">The latest update sequence.</param>
/// <param name="PurgeSequence">The number of purge requests so far.</param>
/// <param name="FileSize">Bytes on disk.</param>
/// <param name="ActiveSize">Bytes of live data: about the size after a compaction.</param>
/// <param name="ExternalSize">
/// Bytes of all leaf revisions as JSON, without members that begin with an underscore, and of their attachments.
/// </param>
/// <param name="CompactRunning">Whether a compaction is running.</param>
public sealed record DatabaseInfo(
    long DocumentCount,
    long DeletedCount,
    long UpdateSequence,
    long PurgeSequence,
    long FileSize,
    long ActiveSize,
    long ExternalSize,
    bool CompactRunning);
