using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>Iterates over the documents of a database by id. Not thread-safe.</summary>
public abstract class DocumentCursor : IDisposable
{
    /// <summary>The current document's id as UTF-8; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Id { get; }

    /// <summary>The current document's winning revision.</summary>
    public abstract RevisionId Winner { get; }

    /// <summary>The update sequence of the current document's latest change.</summary>
    public abstract long Sequence { get; }

    /// <summary>The current document; its tree is decoded on demand.</summary>
    public abstract DocumentRecord Record { get; }

    /// <summary>Moves to the next document.</summary>
    /// <returns>False at the end.</returns>
    public abstract bool MoveNext();

    /// <summary>
    /// Reads the winner's body and attachments with a cursor that follows the iteration, which is faster than a look-up. The caller
    /// disposes the result before the cursor moves.
    /// </summary>
    /// <returns>Null if compaction just removed the body; look the document up again then.</returns>
    public abstract StoredRevision? ReadWinner();

    /// <summary>Releases the store's iterators while the reader is slow. The current document becomes unreadable.</summary>
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
