namespace CloudWall.Storage;

/// <summary>What an engine tells of a keyspace as a whole.</summary>
/// <param name="Density">
/// Bytes on disk for each byte of keys and values (8 more for each entry), what is stored outside of tables apart; 1 where there are
/// no tables yet.
/// </param>
/// <param name="Held">Bytes on disk of removed large values that lie among others in a file and are not given back yet.</param>
public readonly record struct KeyspaceStatistics(double Density, long Held);
