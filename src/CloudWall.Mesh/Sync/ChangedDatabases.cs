namespace CloudWall.Mesh.Sync;

/// <summary>Databases of a member that have changed.</summary>
/// <param name="Epoch">Another one is another start of the member: its numbers began anew, and all of its databases are named.</param>
/// <param name="Sequence">The number up to which this goes.</param>
/// <param name="Names">The databases, in the order of their latest changes.</param>
public sealed record ChangedDatabases(string Epoch, long Sequence, IReadOnlyList<string> Names);
