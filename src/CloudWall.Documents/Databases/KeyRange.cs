namespace CloudWall.Documents.Databases;

/// <summary>A range of document ids, in the order of their UTF-8 bytes.</summary>
/// <param name="Start">First id (in the direction of reading), or null for the end of the database.</param>
/// <param name="End">Last id (in the direction of reading), or null for the other end.</param>
/// <param name="InclusiveEnd">Whether <paramref name="End"/> itself belongs to it.</param>
/// <param name="Descending">Read from high ids to low; <paramref name="Start"/> is then the higher.</param>
public readonly record struct KeyRange(string? Start = null, string? End = null, bool InclusiveEnd = true, bool Descending = false);
