namespace CloudWall.Storage.Memory;

/// <summary>
/// A key with its value. <paramref name="CoversOlder"/> means that the key was put more than once, so an engine on disk may still hold an
/// older value. A row of <see cref="Keyspace.Sequences"/> must not be deleted in that state.
/// </summary>
internal sealed record MemoryEntry(byte[] Key, byte[] Value, bool CoversOlder)
{
    /// <summary>An entry used only as a search key.</summary>
    internal static MemoryEntry Probe(ReadOnlySpan<byte> key) => new(key.ToArray(), [], CoversOlder: false);

    /// <summary>Orders entries by key, byte by byte.</summary>
    internal sealed class KeyOrder : IComparer<MemoryEntry>
    {
        internal static readonly KeyOrder Instance = new();

        public int Compare(MemoryEntry? x, MemoryEntry? y) => x!.Key.AsSpan().SequenceCompareTo(y!.Key);
    }
}
