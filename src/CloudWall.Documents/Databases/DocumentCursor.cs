using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>A walk over the documents of a database, by id. Not safe for use from several threads at once.</summary>
public abstract class DocumentCursor : IDisposable
{
    /// <summary>The current document's id as UTF-8; valid until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Id { get; }

    /// <summary>The current document's winning revision.</summary>
    public abstract RevisionId Winner { get; }

    /// <summary>The update sequence of the current document's latest change.</summary>
    public abstract long Sequence { get; }

    /// <summary>The current document with its tree (decoded on demand).</summary>
    public abstract DocumentRecord Record { get; }

    /// <summary>Moves to the next document.</summary>
    /// <returns>False when there is none.</returns>
    public abstract bool MoveNext();

    /// <summary>
    /// The winner's body and attachments, read along with the walk rather than looked up. The caller disposes of it
    /// before the cursor moves.
    /// </summary>
    /// <returns>Null where it has just been compacted away; look the document up anew then.</returns>
    public abstract StoredRevision? ReadWinner();

    /// <summary>
    /// Lets go of what the store holds for the walk, for a reader that is slow: the current document cannot be read any more.
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
