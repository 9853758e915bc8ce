using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Rules;

/// <summary>
/// What some documents must satisfy before they are written. The rules of a node (<see cref="EngineOptions.Rules"/>) are checked in
/// their order in <see cref="Database.WriteAsync"/>, on the caller's task and before the write is queued, so that no way around them
/// exists. They hold for documents with revisions; local documents are not subject to them. Rules must be safe for use by several
/// threads at a time.
/// </summary>
public abstract class WriteRule
{
    /// <summary>The ways for which it holds: as a rule all but that of the node itself.</summary>
    public virtual WriteWays Ways => WriteWays.Client | WriteWays.Replication;

    /// <summary>Whether it concerns a database. It is asked once for each, when the database is opened or created.</summary>
    /// <param name="database">The database's name.</param>
    public virtual bool ConcernsDatabase(string database) => true;

    /// <summary>Whether it concerns a document. It is asked for each document of each write, so it must be cheap.</summary>
    /// <param name="id">The document's id.</param>
    public abstract bool Concerns(string id);

    /// <summary>
    /// Checks a document that it concerns. A rule may replace <see cref="DocumentWrite.Document"/> of an edit. It must not do so
    /// with a revision that was made elsewhere: its content would no longer be what its hash was made of.
    /// </summary>
    /// <param name="context">Where it is written, by whom and how.</param>
    /// <param name="write">The document.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Why it is refused; null where it is not.</returns>
    public abstract ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation);
}
