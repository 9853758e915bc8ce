namespace CloudWall.Mango.Planning;

/// <summary>An end of a range: a value, or nothing.</summary>
/// <param name="Value">The value as JSON; null where the range has no end.</param>
/// <param name="IsInclusive">Whether the value belongs to the range.</param>
internal readonly record struct KeyLimit(ReadOnlyMemory<byte>? Value, bool IsInclusive);
