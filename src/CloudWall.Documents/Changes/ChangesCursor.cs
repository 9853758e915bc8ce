using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Changes;

/// <summary>
/// A walk over a database's documents in the order of their latest changes. Forwards it may be kept for long: it holds no snapshot
/// between steps. Backwards, documents that change while a long walk lasts come at its end, newest first; they may have come before.
/// Not safe for use from several threads at once.
/// </summary>
public abstract class ChangesCursor : IDisposable
{
    /// <summary>The current row's update sequence.</summary>
    public abstract long Sequence { get; }

    /// <summary>The current document's id as UTF-8; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Id { get; }

    /// <summary>Whether the document is deleted.</summary>
    public abstract bool Deleted { get; }

    /// <summary>The document's leaves, winner first, in CouchDB's order; valid until the cursor moves. Sequences are not filled in.</summary>
    public abstract ReadOnlySpan<RevisionLeaf> Leaves { get; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False when there is none now; there may be later (ascending), after the database has changed.</returns>
    public abstract bool MoveNext();

    /// <summary>
    /// Lets go of what the store holds for the walk, for a reader that is slow: the current row cannot be read any more.
    /// </summary>
    public abstract void Pause();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cursor holds.</summary>
    protected abstract void Dispose(bool disposing);
}
