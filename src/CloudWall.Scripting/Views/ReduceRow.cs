namespace CloudWall.Scripting.Views;

/// <summary>A row to be reduced.</summary>
/// <param name="Key">Its key as JSON in UTF-8.</param>
/// <param name="Id">Its document's id as a JSON string in UTF-8, quotes included.</param>
/// <param name="Value">Its value as JSON in UTF-8.</param>
public readonly record struct ReduceRow(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Value);
