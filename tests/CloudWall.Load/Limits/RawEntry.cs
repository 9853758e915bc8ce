using CloudWall.Storage;

namespace CloudWall.Load.Limits;

/// <summary>An entry of a store.</summary>
internal readonly record struct RawEntry(Keyspace Space, byte[] Key, byte[] Value);
