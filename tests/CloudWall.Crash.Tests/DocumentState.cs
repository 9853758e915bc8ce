namespace CloudWall.Crash.Tests;

/// <summary>What a document is: its revision, its value, and the content of its attachment. Null stands for one that is not there.</summary>
/// <param name="Revision">The revision; null where only the node knows it, because nobody was told.</param>
/// <param name="Value">The number in its body.</param>
/// <param name="Content">Length and seed of its attachment; null where it has none.</param>
internal sealed record DocumentState(string? Revision, int Value, (int Length, int Seed)? Content);
