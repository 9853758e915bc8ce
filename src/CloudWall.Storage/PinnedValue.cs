namespace CloudWall.Storage;

/// <summary>
/// A value in the store's own memory, read without a copy. Its bytes are valid until disposal. It is a class so that it can be held across
/// an await. Dispose it exactly once.
/// </summary>
public abstract class PinnedValue : IDisposable
{
    /// <summary>Whether the key exists. If not, <see cref="Span"/> is empty.</summary>
    public abstract bool Found { get; }

    /// <summary>The value's bytes.</summary>
    public abstract ReadOnlySpan<byte> Span { get; }

    /// <summary>The value's bytes as memory, for asynchronous writes to a stream.</summary>
    public abstract ReadOnlyMemory<byte> Memory { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the bytes to the store.</summary>
    protected abstract void Dispose(bool disposing);
}
