namespace CloudWall.Storage;

/// <summary>
/// Writes that happen together or not at all, in the order in which they were added. Keys and values are copied.
/// Not safe for use from several threads at once.
/// </summary>
public abstract class WriteBatch : IDisposable
{
    /// <summary>How many writes it holds.</summary>
    public abstract int Count { get; }

    /// <summary>About how many bytes it holds.</summary>
    public abstract long SizeInBytes { get; }

    /// <summary>Sets a key's value.</summary>
    public abstract void Put(Keyspace space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>
    /// Removes a key; nothing happens where there is none, but in <see cref="Keyspace.Sequences"/>, whose rows only exist once.
    /// </summary>
    public abstract void Delete(Keyspace space, ReadOnlySpan<byte> key);

    /// <summary>Removes every key that is at least <paramref name="lower"/> and less than <paramref name="upper"/>.</summary>
    public abstract void DeleteRange(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>Removes all writes from the batch.</summary>
    public abstract void Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the batch holds.</summary>
    protected abstract void Dispose(bool disposing);
}
