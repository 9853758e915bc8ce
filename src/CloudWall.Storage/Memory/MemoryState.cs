using System.Collections.Immutable;

namespace CloudWall.Storage.Memory;

/// <summary>
/// Everything that a memory store holds at one moment: an ordered set of entries for each keyspace. Immutable, and sharing what it
/// has in common with the states before it, so that a snapshot costs nothing.
/// </summary>
internal sealed class MemoryState
{
    internal static readonly MemoryState Empty = new(
        [.. Enumerable.Repeat(ImmutableSortedSet.Create<MemoryEntry>(MemoryEntry.KeyOrder.Instance), Enum.GetValues<Keyspace>().Length)]);

    private readonly ImmutableArray<ImmutableSortedSet<MemoryEntry>> _spaces;

    private MemoryState(ImmutableArray<ImmutableSortedSet<MemoryEntry>> spaces) => _spaces = spaces;

    /// <summary>The entries of one keyspace.</summary>
    internal ImmutableSortedSet<MemoryEntry> this[Keyspace space] => (uint)space < (uint)_spaces.Length
        ? _spaces[(int)space]
        : throw new ArgumentOutOfRangeException(nameof(space), space, "There is no such keyspace.");

    /// <summary>Where the first entry at or after a key is, or would be.</summary>
    internal static int LowerBound(ImmutableSortedSet<MemoryEntry> entries, ReadOnlySpan<byte> key)
    {
        var index = entries.IndexOf(MemoryEntry.Probe(key));
        return index < 0 ? ~index : index;
    }

    internal PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) =>
        this[space].TryGetValue(MemoryEntry.Probe(key), out var entry) ? new MemoryPinnedValue(entry.Value) : MissingValue.Instance;

    internal KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending)
    {
        var entries = this[space];
        var first = LowerBound(entries, lower);
        return new MemoryCursor(entries, first, Math.Max(first, LowerBound(entries, upper)), descending);
    }

    /// <summary>The state with a batch's writes.</summary>
    /// <exception cref="InvalidOperationException">A single delete of a key that was not put exactly once.</exception>
    internal MemoryState With(IReadOnlyList<MemoryWrite> writes)
    {
        var spaces = new ImmutableSortedSet<MemoryEntry>.Builder?[_spaces.Length];
        foreach (var write in writes)
        {
            write.ApplyTo(spaces[(int)write.Space] ??= this[write.Space].ToBuilder());
        }

        return new MemoryState([.. _spaces.Select((entries, i) => spaces[i]?.ToImmutable() ?? entries)]);
    }
}
