namespace CloudWall.Replication.Runs;

/// <summary>What a replication has done so far, as CouchDB counts it: over all of its sessions since the history began.</summary>
public sealed record ReplicationStatistics
{
    /// <summary>Revisions that the target was asked for (<c>revisions_checked</c>, <c>missing_checked</c>).</summary>
    public long Checked { get; init; }

    /// <summary>Revisions that the target did not have (<c>missing_revisions_found</c>, <c>missing_found</c>).</summary>
    public long Missing { get; init; }

    /// <summary>Revisions that were read (<c>docs_read</c>).</summary>
    public long Read { get; init; }

    /// <summary>Revisions that were stored (<c>docs_written</c>).</summary>
    public long Written { get; init; }

    /// <summary>Revisions that the target refused, or that the source did not send whole at first (<c>doc_write_failures</c>).</summary>
    public long Failures { get; init; }

    /// <summary>Documents that <c>_bulk_get</c> gave (<c>bulk_get_docs</c>).</summary>
    public long BulkGetDocuments { get; init; }

    /// <summary>Documents that <c>_bulk_get</c> was asked for (<c>bulk_get_attempts</c>).</summary>
    public long BulkGetAttempts { get; init; }

    /// <summary>Both together.</summary>
    public static ReplicationStatistics operator +(ReplicationStatistics one, ReplicationStatistics other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new ReplicationStatistics
        {
            Checked = one.Checked + other.Checked,
            Missing = one.Missing + other.Missing,
            Read = one.Read + other.Read,
            Written = one.Written + other.Written,
            Failures = one.Failures + other.Failures,
            BulkGetDocuments = one.BulkGetDocuments + other.BulkGetDocuments,
            BulkGetAttempts = one.BulkGetAttempts + other.BulkGetAttempts,
        };
    }

    /// <summary>Both together.</summary>
    public static ReplicationStatistics Add(ReplicationStatistics left, ReplicationStatistics right) => left + right;

    /// <summary>The larger of each: what a job remembers and what a history says overlap.</summary>
    public static ReplicationStatistics Max(ReplicationStatistics one, ReplicationStatistics other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new ReplicationStatistics
        {
            Checked = Math.Max(one.Checked, other.Checked),
            Missing = Math.Max(one.Missing, other.Missing),
            Read = Math.Max(one.Read, other.Read),
            Written = Math.Max(one.Written, other.Written),
            Failures = Math.Max(one.Failures, other.Failures),
            BulkGetDocuments = Math.Max(one.BulkGetDocuments, other.BulkGetDocuments),
            BulkGetAttempts = Math.Max(one.BulkGetAttempts, other.BulkGetAttempts),
        };
    }
}
