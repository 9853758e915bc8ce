namespace CloudWall.Replication.Jobs;

/// <summary>What a document of a replicator database is told of its job.</summary>
/// <param name="State"><c>completed</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it failed; null where it has not.</param>
/// <param name="Job">The job; null where it never came to one.</param>
internal sealed record JobOutcome(string State, string? Reason, ReplicationJob? Job);
