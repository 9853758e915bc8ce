namespace CloudWall.Indexing.Views;

/// <summary>A row for a reduce function, which gets <c>[key, id]</c> and the value.</summary>
/// <param name="Key">The key as JSON in normal form.</param>
/// <param name="Id">The document's id as UTF-8, not as JSON.</param>
/// <param name="Value">The value as JSON in normal form.</param>
public readonly record struct ReduceRow(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Value);
