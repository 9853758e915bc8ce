namespace CloudWall.Documents.Databases;

/// <summary>CouchDB's answers about databases.</summary>
public static class DatabaseErrors
{
    /// <summary>There is no database of that name (any more).</summary>
    public static readonly DocumentError Deleted = new(404, "not_found", "Database does not exist.");

    /// <summary>There is one already.</summary>
    public static readonly DocumentError Exists =
        new(412, "file_exists", "The database could not be created, the file already exists.");

    /// <summary>It would be partitioned: none can be yet, and one that only says so would take any id.</summary>
    public static readonly DocumentError NotPartitioned = new(
        400, "not_implemented", "This node has no partitioned databases yet. Create the database without partitioned=true.");

    /// <summary>More writes wait for the disk than the node has memory for. CouchDB's replicator slows down on this status.</summary>
    public static readonly DocumentError TooManyWrites =
        new(429, "too_many_requests", "Too many writes are waiting; try again later.");

    /// <summary>The node is shutting down.</summary>
    public static readonly DocumentError Stopping = new(503, "service_unavailable", "The node is shutting down.");
}
