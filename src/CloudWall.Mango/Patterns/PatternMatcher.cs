namespace CloudWall.Mango.Patterns;

/// <summary>Matches one pattern. Not thread-safe.</summary>
internal abstract class PatternMatcher
{
    /// <summary>Whether a text has a match. Where that cannot be found out in bounded time, it has none.</summary>
    public abstract bool IsMatch(ReadOnlySpan<byte> text);
}
