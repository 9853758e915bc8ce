namespace CloudWall.Storage;

/// <summary>A walk over a range of entries in key order (or against it). Not safe for use from several threads at once.</summary>
public abstract class KeyValueCursor : IDisposable
{
    /// <summary>The current entry's key; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>The current entry's value; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>Moves to the next entry in the cursor's direction.</summary>
    /// <returns>False when the range is used up; the cursor then has no current entry.</returns>
    /// <exception cref="StorageException">The disk failed, or its checksums do not hold.</exception>
    public abstract bool MoveNext();

    /// <summary>
    /// Jumps within the range: the following <see cref="MoveNext"/> stands on the first entry at or after <paramref name="key"/>
    /// (descending: at or before it). A key outside the range is taken as the nearer end of it.
    /// </summary>
    public abstract void Seek(ReadOnlySpan<byte> key);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cursor holds.</summary>
    protected abstract void Dispose(bool disposing);
}
