namespace CloudWall.Documents.Databases;

/// <summary>What is decided when a database is created, and never changes.</summary>
/// <param name="Partitioned">Whether document ids are <c>partition:id</c>.</param>
/// <param name="Shards">
/// CouchDB's <c>q</c>, which it reports and which clients may look at. The data is in one piece whatever it says.
/// </param>
public sealed record DatabaseOptions(bool Partitioned = false, int Shards = 1);
