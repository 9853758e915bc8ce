namespace CloudWall.Storage.Memory;

/// <summary>
/// A key with its value. <paramref name="CoversOlder"/>: it was put more than once, so an engine on disk may still hold an older value
/// under it. A row of <see cref="Keyspace.Sequences"/> must not be deleted then.
/// </summary>
internal sealed record MemoryEntry(byte[] Key, byte[] Value, bool CoversOlder)
{
    /// <summary>An entry that only serves to look others up by its key.</summary>
    internal static MemoryEntry Probe(ReadOnlySpan<byte> key) => new(key.ToArray(), [], CoversOlder: false);

    /// <summary>The order of the keys, byte by byte.</summary>
    internal sealed class KeyOrder : IComparer<MemoryEntry>
    {
        internal static readonly KeyOrder Instance = new();

        public int Compare(MemoryEntry? x, MemoryEntry? y) => x!.Key.AsSpan().SequenceCompareTo(y!.Key);
    }
}
