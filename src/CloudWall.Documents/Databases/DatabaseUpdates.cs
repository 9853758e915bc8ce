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

/// <summary>
/// The latest event of each database, in their order. Numbers begin anew with every start of the node: every database that is
/// there is then reported as updated, so that no reader misses anything.
/// </summary>
public sealed class DatabaseUpdates
{
    /// <summary>What tells this start of the node from others: 32 hexadecimal digits.</summary>
    public string Epoch => throw new NotImplementedException();

    /// <summary>The latest event's number.</summary>
    public long Sequence => throw new NotImplementedException();

    /// <summary>The events after a number, oldest first.</summary>
    public IReadOnlyList<DatabaseUpdate> After(long sequence) => throw new NotImplementedException();

    /// <summary>Completes when there is an event after a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellation) => throw new NotImplementedException();
}
