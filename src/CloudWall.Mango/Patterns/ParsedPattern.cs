namespace CloudWall.Mango.Patterns;

/// <summary>A parsed pattern.</summary>
/// <param name="Body">Its parts.</param>
/// <param name="Groups">How many groups capture.</param>
/// <param name="Names">The numbers of the groups of each name.</param>
internal sealed record ParsedPattern(PatternNode Body, int Groups, IReadOnlyDictionary<string, List<int>> Names);
