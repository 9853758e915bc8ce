namespace CloudWall.Storage;

/// <summary>An ordered list of writes that are committed atomically. Keys and values are copied. Not thread-safe.</summary>
public abstract class WriteBatch : IDisposable
{
    /// <summary>The number of writes.</summary>
    public abstract int Count { get; }

    /// <summary>Approximate size in bytes.</summary>
    public abstract long SizeInBytes { get; }

    /// <summary>Sets a key's value.</summary>
    public abstract void Put(Keyspace space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>
    /// Deletes a key; a missing key is ignored, except in <see cref="Keyspace.Sequences"/>, where each row must exist exactly once.
    /// </summary>
    public abstract void Delete(Keyspace space, ReadOnlySpan<byte> key);

    /// <summary>Deletes every key from <paramref name="lower"/> (inclusive) to <paramref name="upper"/> (exclusive).</summary>
    public abstract void DeleteRange(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>Removes all writes from the batch.</summary>
    public abstract void Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the batch's resources.</summary>
    protected abstract void Dispose(bool disposing);
}
