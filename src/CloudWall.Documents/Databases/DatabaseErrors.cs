namespace CloudWall.Documents.Databases;

/// <summary>CouchDB's errors about databases.</summary>
public static class DatabaseErrors
{
    /// <summary>The database does not exist.</summary>
    public static readonly DocumentError Deleted = new(404, "not_found", "Database does not exist.");

    /// <summary>The database exists already.</summary>
    public static readonly DocumentError Exists =
        new(412, "file_exists", "The database could not be created, the file already exists.");

    /// <summary>The memory for queued writes is exhausted. CouchDB's replicator slows down on this status.</summary>
    public static readonly DocumentError TooManyWrites =
        new(429, "too_many_requests", "Too many writes are waiting; try again later.");

    /// <summary>The node is stopping.</summary>
    public static readonly DocumentError Stopping = new(503, "service_unavailable", "The node is shutting down.");
}
