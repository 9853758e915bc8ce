using System.Collections.Immutable;

namespace CloudWall.Storage.Memory;

/// <summary>One write of a batch.</summary>
internal abstract record MemoryWrite(Keyspace Space, byte[] Key)
{
    /// <summary>About how many bytes it takes.</summary>
    internal virtual int Size => Key.Length + 2;

    internal abstract void ApplyTo(ImmutableSortedSet<MemoryEntry>.Builder entries);

    internal sealed record Put(Keyspace Space, byte[] Key, byte[] Value) : MemoryWrite(Space, Key)
    {
        internal override int Size => base.Size + Value.Length;

        internal override void ApplyTo(ImmutableSortedSet<MemoryEntry>.Builder entries)
        {
            var overwritten = entries.Remove(MemoryEntry.Probe(Key));
            entries.Add(new MemoryEntry(Key, Value, overwritten));
        }
    }

    internal sealed record Delete(Keyspace Space, byte[] Key) : MemoryWrite(Space, Key)
    {
        internal override void ApplyTo(ImmutableSortedSet<MemoryEntry>.Builder entries) => entries.Remove(MemoryEntry.Probe(Key));
    }

    /// <summary>Stricter than an engine on disk, which would go on with damaged data: a mistake ends the test that made it.</summary>
    internal sealed record SingleDelete(Keyspace Space, byte[] Key) : MemoryWrite(Space, Key)
    {
        internal override void ApplyTo(ImmutableSortedSet<MemoryEntry>.Builder entries)
        {
            if (!entries.TryGetValue(MemoryEntry.Probe(Key), out var entry))
            {
                throw new InvalidOperationException($"Single delete in {Space} of a key that does not exist: {Convert.ToHexString(Key)}.");
            }

            if (entry.Overwritten)
            {
                throw new InvalidOperationException($"Single delete in {Space} of a key that was put more than once: {Convert.ToHexString(Key)}.");
            }

            entries.Remove(entry);
        }
    }

    internal sealed record DeleteRange(Keyspace Space, byte[] Key, byte[] Upper) : MemoryWrite(Space, Key)
    {
        internal override int Size => base.Size + Upper.Length;

        internal override void ApplyTo(ImmutableSortedSet<MemoryEntry>.Builder entries)
        {
            var whole = entries.ToImmutable();
            var end = MemoryState.LowerBound(whole, Upper);
            for (var i = MemoryState.LowerBound(whole, Key); i < end; i++)
            {
                entries.Remove(whole[i]);
            }
        }
    }
}
