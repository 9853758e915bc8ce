using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Changes;

/// <summary>
/// Iterates over a database's documents in the order of their latest changes. An ascending cursor may be kept for long, because it holds no
/// snapshot between steps. A long descending iteration returns documents that change meanwhile at its end, newest first, even if it
/// returned them before. Not thread-safe.
/// </summary>
public abstract class ChangesCursor : IDisposable
{
    /// <summary>The current row's update sequence.</summary>
    public abstract long Sequence { get; }

    /// <summary>The current document's id as UTF-8; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Id { get; }

    /// <summary>Whether the document is deleted.</summary>
    public abstract bool Deleted { get; }

    /// <summary>
    /// The document's leaves, winner first, in CouchDB's order; valid until the cursor moves. Their sequences are not set.
    /// </summary>
    public abstract ReadOnlySpan<RevisionLeaf> Leaves { get; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False if there is no further row. An ascending cursor may find one later, after the database has changed.</returns>
    public abstract bool MoveNext();

    /// <summary>Releases the store's iterator while the reader is slow. The current row becomes unreadable.</summary>
    public abstract void Pause();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the cursor's resources.</summary>
    protected abstract void Dispose(bool disposing);
}
