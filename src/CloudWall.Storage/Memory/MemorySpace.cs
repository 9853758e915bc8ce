using System.Collections.Immutable;

namespace CloudWall.Storage.Memory;

/// <summary>One keyspace at one moment: an ordered set of entries.</summary>
internal sealed record MemorySpace(ImmutableSortedSet<MemoryEntry> Entries)
{
    internal static readonly MemorySpace Empty = new(ImmutableSortedSet.Create<MemoryEntry>(MemoryEntry.KeyOrder.Instance));

    /// <summary>The index of the first entry at or after a key.</summary>
    internal static int LowerBound(ImmutableSortedSet<MemoryEntry> entries, ReadOnlySpan<byte> key)
    {
        var index = entries.IndexOf(MemoryEntry.Probe(key));
        return index < 0 ? ~index : index;
    }

    /// <summary>A keyspace to which a batch is being applied.</summary>
    internal sealed class Builder(MemorySpace space)
    {
        private readonly ImmutableSortedSet<MemoryEntry>.Builder _entries = space.Entries.ToBuilder();

        internal MemorySpace Build() => new(_entries.ToImmutable());

        internal void Put(byte[] key, byte[] value)
        {
            var probe = MemoryEntry.Probe(key);
            var existed = _entries.Remove(probe);
            _entries.Add(new MemoryEntry(key, value, existed));
        }

        internal void Delete(byte[] key)
        {
            _entries.Remove(MemoryEntry.Probe(key));
        }

        /// <summary>
        /// Throws if the row was not put exactly once. An engine on disk would return wrong data instead; the exception makes the test
        /// fail.
        /// </summary>
        internal void SingleDelete(byte[] key)
        {
            if (!_entries.TryGetValue(MemoryEntry.Probe(key), out var entry))
            {
                throw new InvalidOperationException($"A row is deleted that does not exist: {Convert.ToHexString(key)}.");
            }

            if (entry.CoversOlder)
            {
                throw new InvalidOperationException($"A row is deleted that was put more than once: {Convert.ToHexString(key)}.");
            }

            _entries.Remove(entry);
        }

        internal void DeleteRange(byte[] lower, byte[] upper)
        {
            RemoveRange(_entries, lower, upper);
        }

        private static void RemoveRange(ImmutableSortedSet<MemoryEntry>.Builder entries, byte[] lower, byte[] upper)
        {
            var whole = entries.ToImmutable();
            var end = LowerBound(whole, upper);
            for (var i = LowerBound(whole, lower); i < end; i++)
            {
                entries.Remove(whole[i]);
            }
        }
    }
}
