namespace CloudWall.Scripting.Views;

/// <summary>What one call of <c>emit(key, value)</c> gave.</summary>
/// <param name="Document">The position of the document in its batch.</param>
/// <param name="Function">The position of the map function in its group.</param>
/// <param name="Key">The key as JSON in UTF-8, as <c>JSON.stringify</c> writes it; <c>null</c> where there was none. Valid until the results are disposed.</param>
/// <param name="Value">The value likewise.</param>
public readonly record struct EmittedRow(int Document, int Function, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
