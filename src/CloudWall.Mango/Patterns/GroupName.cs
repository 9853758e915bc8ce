namespace CloudWall.Mango.Patterns;

/// <summary>A group, by its number or its name.</summary>
/// <param name="Number">The number; -1 where it is named.</param>
/// <param name="Name">The name.</param>
internal readonly record struct GroupName(int Number, string? Name = null);
