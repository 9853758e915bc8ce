
namespace CloudWall.Replication.Jobs;

/// <summary>The document that asked for a job.</summary>
/// <param name="Database">Its database, <c>_replicator</c> or one whose name ends so.</param>
/// <param name="DocumentId">Its id.</param>
public sealed record JobOrigin(string Database, string DocumentId);
