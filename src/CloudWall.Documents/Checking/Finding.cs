
namespace CloudWall.Documents.Checking;

/// <summary>An inconsistency or unreadable place in the stored data.</summary>
/// <param name="Database">The database's name; null for the node as a whole.</param>
/// <param name="Problem">The problem in words for the administrator.</param>
public sealed record Finding(string? Database, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => Database is null ? Problem : $"{Database}: {Problem}";
}
