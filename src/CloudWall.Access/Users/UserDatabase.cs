namespace CloudWall.Access.Users;

/// <summary>The databases whose documents are users.</summary>
public static class UserDatabase
{
    /// <summary>Whether the documents of a database are users.</summary>
    public static bool IsOne(string database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database == "_users" || database.EndsWith("/_users", StringComparison.Ordinal);
    }

    /// <summary>
    /// The member that no reader gets: earlier versions stored clear-text passwords in it. Null where nothing is hidden.
    /// </summary>
    /// <param name="database">The database's name.</param>
    public static string? HiddenMember(string database) => IsOne(database) ? "password" : null;
}
