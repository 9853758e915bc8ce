namespace CloudWall.Storage.Memory;

/// <summary>A key with its value. <paramref name="Overwritten"/>: it was put more than once since it was last removed.</summary>
internal sealed record MemoryEntry(byte[] Key, byte[] Value, bool Overwritten)
{
    /// <summary>An entry that only serves to look others up by its key.</summary>
    internal static MemoryEntry Probe(ReadOnlySpan<byte> key) => new(key.ToArray(), [], Overwritten: false);

    /// <summary>The order of the keys, byte by byte.</summary>
    internal sealed class KeyOrder : IComparer<MemoryEntry>
    {
        internal static readonly KeyOrder Instance = new();

        public int Compare(MemoryEntry? x, MemoryEntry? y) => x!.Key.AsSpan().SequenceCompareTo(y!.Key);
    }
}
