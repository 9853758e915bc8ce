namespace CloudWall.Mango.Patterns;

/// <summary>A pattern that is not understood.</summary>
internal sealed class PatternException(string message) : Exception(message);
