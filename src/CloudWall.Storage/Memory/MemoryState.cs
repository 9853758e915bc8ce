using System.Collections.Immutable;

namespace CloudWall.Storage.Memory;

/// <summary>
/// The whole content of a memory store at one moment. Immutable and structurally shared with earlier states, so snapshots are free.
/// </summary>
internal sealed class MemoryState
{
    internal static readonly MemoryState Empty = new([.. Enum.GetValues<Keyspace>().Select(_ => MemorySpace.Empty)]);

    private readonly ImmutableArray<MemorySpace> _spaces;

    private MemoryState(ImmutableArray<MemorySpace> spaces) => _spaces = spaces;

    /// <summary>One keyspace.</summary>
    internal MemorySpace this[Keyspace space] => (uint)space < (uint)_spaces.Length
        ? _spaces[(int)space]
        : throw new ArgumentOutOfRangeException(nameof(space), space, "There is no such keyspace.");

    internal PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) =>
        this[space].Entries.TryGetValue(MemoryEntry.Probe(key), out var entry) ? new MemoryPinnedValue(entry.Value) : MissingValue.Instance;

    internal void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values)
    {
        _ = this[space];
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, keys.Length, nameof(values));
        for (var i = 0; i < keys.Length; i++)
        {
            values[i] = Get(space, keys[i].Span);
        }
    }

    internal KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending)
    {
        var entries = this[space].Entries;
        var first = MemorySpace.LowerBound(entries, lower);
        return new MemoryCursor(entries, first, Math.Max(first, MemorySpace.LowerBound(entries, upper)), descending);
    }

    /// <summary>Returns the state after a batch.</summary>
    /// <exception cref="InvalidOperationException">A single delete violates the rules of <see cref="Keyspace.Sequences"/>.</exception>
    internal MemoryState With(IReadOnlyList<MemoryWrite> writes)
    {
        var builders = new MemorySpace.Builder?[_spaces.Length];
        foreach (var write in writes)
        {
            write.ApplyTo(builders[(int)write.Space] ??= new MemorySpace.Builder(this[write.Space]));
        }

        return new MemoryState([.. _spaces.Select((space, i) => builders[i]?.Build() ?? space)]);
    }
}
