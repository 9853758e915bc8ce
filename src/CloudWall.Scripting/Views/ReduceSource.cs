namespace CloudWall.Scripting.Views;

/// <summary>Reduce functions of one view group that are called together; never CouchDB's built-in ones, which begin with an underscore.</summary>
/// <param name="Language">The design document's <c>language</c>; <c>javascript</c> where it has none.</param>
/// <param name="Functions">The source text of each function.</param>
public sealed record ReduceSource(string Language, IReadOnlyList<string> Functions);
