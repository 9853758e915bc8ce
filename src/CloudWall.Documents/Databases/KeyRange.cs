namespace CloudWall.Documents.Databases;

/// <summary>A range of document ids, ordered by UTF-8 bytes.</summary>
/// <param name="Start">The first id in the reading direction; null starts at the end of the database.</param>
/// <param name="End">The last id in the reading direction; null reads to the other end.</param>
/// <param name="InclusiveEnd">Whether the range includes <paramref name="End"/>.</param>
/// <param name="Descending">Whether to read from high ids to low ones; <paramref name="Start"/> is then the higher id.</param>
public readonly record struct KeyRange(string? Start = null, string? End = null, bool InclusiveEnd = true, bool Descending = false);
