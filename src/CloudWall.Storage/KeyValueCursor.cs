namespace CloudWall.Storage;

/// <summary>Iterates over a range of entries in ascending or descending key order. Not thread-safe.</summary>
public abstract class KeyValueCursor : IDisposable
{
    /// <summary>The current entry's key; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>The current entry's value; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>Moves to the next entry in the cursor's direction.</summary>
    /// <returns>False at the end of the range; the cursor then has no current entry.</returns>
    /// <exception cref="StorageException">The disk failed, or a checksum did not match.</exception>
    public abstract bool MoveNext();

    /// <summary>
    /// Seeks within the range: the next <see cref="MoveNext"/> moves to the first entry at or after <paramref name="key"/> (descending: at
    /// or before it). A key outside the range is clamped to its nearer end.
    /// </summary>
    public abstract void Seek(ReadOnlySpan<byte> key);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the cursor's resources.</summary>
    protected abstract void Dispose(bool disposing);
}
