namespace CloudWall.Documents.Databases;

/// <summary>Kinds of database events.</summary>
public enum DatabaseUpdateKind
{
    /// <summary>The database was created.</summary>
    Created,

    /// <summary>Something in the database changed.</summary>
    Updated,

    /// <summary>The database was deleted.</summary>
    Deleted,
}

/// <summary>The latest event of one database.</summary>
/// <param name="Sequence">The event's number.</param>
/// <param name="Name">The database's name.</param>
/// <param name="Kind">The kind of event.</param>
public readonly record struct DatabaseUpdate(long Sequence, string Name, DatabaseUpdateKind Kind);
