
namespace CloudWall.Documents.Checking;

/// <summary>A place where stored data does not agree with itself, or cannot be read.</summary>
/// <param name="Database">The database's name; null where it is about the node as a whole.</param>
/// <param name="Problem">What is wrong, as a sentence for people.</param>
public sealed record Finding(string? Database, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => Database is null ? Problem : $"{Database}: {Problem}";
}
