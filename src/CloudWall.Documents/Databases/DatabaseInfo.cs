namespace CloudWall.Documents.Databases;

/// <summary>A database's counts and sizes.</summary>
/// <param name="DocumentCount">Documents that are not deleted, design documents included.</param>
/// <param name="DeletedCount">Deleted documents.</param>
/// <param name="UpdateSequence">The latest update sequence.</param>
/// <param name="PurgeSequence">How many purge requests there have been.</param>
/// <param name="FileSize">Bytes on disk.</param>
/// <param name="ActiveSize">Bytes of live data.</param>
/// <param name="ExternalSize">Bytes of the live data as JSON, attachments included.</param>
/// <param name="CompactRunning">Whether it is being compacted now.</param>
public sealed record DatabaseInfo(
    long DocumentCount,
    long DeletedCount,
    long UpdateSequence,
    long PurgeSequence,
    long FileSize,
    long ActiveSize,
    long ExternalSize,
    bool CompactRunning);
