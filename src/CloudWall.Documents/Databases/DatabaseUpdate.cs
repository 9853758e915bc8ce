namespace CloudWall.Documents.Databases;

/// <summary>What happened to a database.</summary>
public enum DatabaseUpdateKind
{
    /// <summary>It was created.</summary>
    Created,

    /// <summary>Something in it changed.</summary>
    Updated,

    /// <summary>It was deleted.</summary>
    Deleted,
}

/// <summary>The latest event of one database.</summary>
/// <param name="Sequence">The event's number.</param>
/// <param name="Name">The database's name.</param>
/// <param name="Kind">What happened.</param>
public readonly record struct DatabaseUpdate(long Sequence, string Name, DatabaseUpdateKind Kind);
