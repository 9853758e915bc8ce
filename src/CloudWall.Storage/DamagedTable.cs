namespace CloudWall.Storage;

/// <summary>A table file of the store that is missing or truncated. Reads of its key range may fail; all other reads succeed.</summary>
/// <param name="File">The file.</param>
/// <param name="Fault">What is wrong with it, in words for the administrator.</param>
/// <param name="Space">The keyspace whose data it holds.</param>
/// <param name="First">The first key in it.</param>
/// <param name="Last">The last key in it.</param>
public sealed record DamagedTable(string File, string Fault, Keyspace Space, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Last);
