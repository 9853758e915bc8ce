namespace CloudWall.Storage;

/// <summary>A file of a store that is missing or not whole. What lies in its range of keys may not be readable; all else is.</summary>
/// <param name="File">The file.</param>
/// <param name="Fault">What is wrong with it, for people.</param>
/// <param name="Space">The keyspace whose data it holds.</param>
/// <param name="First">The first key in it.</param>
/// <param name="Last">The last key in it.</param>
public sealed record DamagedTable(string File, string Fault, Keyspace Space, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Last);
