namespace CloudWall.Documents.Databases;

/// <summary>CouchDB's answers about databases.</summary>
public static class DatabaseErrors
{
    /// <summary>There is no database of that name (any more).</summary>
    public static readonly DocumentError Deleted = new(404, "not_found", "Database does not exist.");

    /// <summary>There is one already.</summary>
    public static readonly DocumentError Exists =
        new(412, "file_exists", "The database could not be created, the file already exists.");

    /// <summary>The node is shutting down.</summary>
    public static readonly DocumentError Stopping = new(503, "service_unavailable", "The node is shutting down.");
}
