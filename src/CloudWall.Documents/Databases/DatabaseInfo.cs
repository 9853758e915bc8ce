namespace CloudWall.Documents.Databases;

/// <summary>A database's counts and sizes.</summary>
/// <param name="DocumentCount">Documents that are not deleted, design documents included.</param>
/// <param name="DeletedCount">Deleted documents.</param>
/// <param name="UpdateSequence">The latest update sequence.</param>
/// <param name="PurgeSequence">How many purge requests there have been.</param>
/// <param name="FileSize">Bytes on disk.</param>
/// <param name="ActiveSize">Bytes of them that hold live data: about what is left after compaction.</param>
/// <param name="ExternalSize">Bytes of all leaf revisions as JSON, without the members that begin with an underscore, and of their attachments.</param>
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
