namespace CloudWall.Storage;

/// <summary>
/// A value as the store holds it, without a copy. Its bytes are valid until it is disposed of.
/// A class so that it can be kept across an await; dispose of it exactly once.
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

    /// <summary>Gives the bytes back to the store.</summary>
    protected abstract void Dispose(bool disposing);
}
