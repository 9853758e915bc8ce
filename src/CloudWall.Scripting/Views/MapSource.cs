namespace CloudWall.Scripting.Views;

/// <summary>The map functions of one view group.</summary>
/// <param name="Language">The design document's <c>language</c>; <c>javascript</c> where it has none.</param>
/// <param name="Functions">The source text of each function, in the order in which results name them.</param>
/// <param name="Library">The design document's <c>views.lib</c> as JSON in UTF-8 (what <c>require()</c> finds), or nothing.</param>
public sealed record MapSource(string Language, IReadOnlyList<string> Functions, ReadOnlyMemory<byte> Library)
{
    /// <summary>The id of the design document, by which the log names its functions; others with the same functions share them.</summary>
    public string Design { get; init; } = string.Empty;
}
