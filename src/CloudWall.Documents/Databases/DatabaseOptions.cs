namespace CloudWall.Documents.Databases;

/// <summary>What is decided when a database is created, and never changes.</summary>
/// <param name="Partitioned">Whether document ids are <c>partition:id</c>.</param>
public sealed record DatabaseOptions(bool Partitioned = false);
