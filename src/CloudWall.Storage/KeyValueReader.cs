namespace CloudWall.Storage;

/// <summary>Reads of a store or of a snapshot of one.</summary>
public abstract class KeyValueReader : IDisposable
{
    /// <summary>Looks up one key.</summary>
    /// <returns>The value, to be disposed of, or one whose <see cref="PinnedValue.Found"/> is false.</returns>
    public abstract PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key);

    /// <summary>
    /// Looks up many keys at once: one round trip where the engine is on another machine, and cheaper than one by one where it is not.
    /// All are read from the same state.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="keys">The keys, in any order; the same key may come twice.</param>
    /// <param name="values">Receives a value for each key, as <see cref="Get"/> gives it; each is to be disposed of.</param>
    public abstract void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values);

    /// <summary>
    /// A cursor over the entries whose keys are at least <paramref name="lower"/> and less than <paramref name="upper"/>,
    /// as they are now. It stands before the first entry.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range; copied.</param>
    /// <param name="upper">First key after the range; copied.</param>
    /// <param name="descending">From the last entry to the first.</param>
    public abstract KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false);

    /// <summary>Looks up one key and copies the value.</summary>
    /// <returns>The value, or null where there is none.</returns>
    public byte[]? GetBytes(Keyspace space, ReadOnlySpan<byte> key)
    {
        using var value = Get(space, key);
        return value.Found ? value.Span.ToArray() : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the reader holds.</summary>
    protected abstract void Dispose(bool disposing);
}
