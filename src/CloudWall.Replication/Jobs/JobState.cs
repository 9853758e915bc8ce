namespace CloudWall.Replication.Jobs;

/// <summary>Where a job is in its life ("Replication state machine" in CouchDB's documentation of the replicator).</summary>
public enum JobState
{
    /// <summary>It waits for its turn.</summary>
    Pending,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has failed, and waits before it tries again.</summary>
    Crashing,

    /// <summary>It has done all there was to do.</summary>
    Completed,

    /// <summary>It makes no sense, or gave up.</summary>
    Failed,
}
