namespace CloudWall.Replication.Requests;

/// <summary>
/// As whom a replication reads and writes databases of this node (<c>user_ctx</c>), as functions of design documents see it.
/// </summary>
/// <param name="Name">The name; null for nobody in particular.</param>
/// <param name="Roles">The roles.</param>
public sealed record ReplicationUser(string? Name, IReadOnlyList<string> Roles);
