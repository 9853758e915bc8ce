namespace CloudWall.Storage;

/// <summary>Reads from the latest state of a store, or from a snapshot.</summary>
public abstract class KeyValueReader : IDisposable
{
    /// <summary>Looks up one key.</summary>
    /// <returns>The value, which the caller disposes; its <see cref="PinnedValue.Found"/> is false if the key does not exist.</returns>
    public abstract PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key);

    /// <summary>
    /// Looks up many keys in one state of the store. A remote engine needs one round trip for all of them; a local one is faster than with
    /// single reads.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="keys">The keys, in any order; duplicates are allowed.</param>
    /// <param name="values">Receives a value for each key, as <see cref="Get"/> returns it. The caller disposes every one.</param>
    public abstract void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values);

    /// <summary>
    /// Creates a cursor over the entries from <paramref name="lower"/> (inclusive) to <paramref name="upper"/> (exclusive), as of now. The
    /// cursor starts before the first entry.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range; copied.</param>
    /// <param name="upper">First key after the range; copied.</param>
    /// <param name="descending">Whether to iterate from the last entry to the first.</param>
    public abstract KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false);

    /// <summary>Looks up one key and copies the value.</summary>
    /// <returns>The value, or null if the key does not exist.</returns>
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

    /// <summary>Releases the reader's resources.</summary>
    protected abstract void Dispose(bool disposing);
}
