using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Rules;

/// <summary>
/// A condition that documents must satisfy before they are written. <see cref="Database.WriteAsync"/> checks the node's rules
/// (<see cref="EngineOptions.Rules"/>) in order, on the caller's task and before the write is queued, so every way in is covered. Rules do
/// not apply to local documents. Rules must be thread-safe.
/// </summary>
public abstract class WriteRule
{
    /// <summary>The ways for which the rule holds; by default all except the node's own writes.</summary>
    public virtual WriteWays Ways => WriteWays.Client | WriteWays.Replication;

    /// <summary>Whether the rule applies to a database. Called once for each database, when it is opened or created.</summary>
    /// <param name="database">The database's name.</param>
    public virtual bool ConcernsDatabase(string database) => true;

    /// <summary>Whether the rule applies to a document. Called for each document of each write, so it must be cheap.</summary>
    /// <param name="id">The document's id.</param>
    public abstract bool Concerns(string id);

    /// <summary>
    /// Checks a document to which the rule applies. A rule may replace <see cref="DocumentWrite.Document"/> of an edit. It must not replace
    /// the content of a replicated revision, because the revision's hash covers it.
    /// </summary>
    /// <param name="context">The database, the mode of the write, and the writer.</param>
    /// <param name="write">The document.</param>
    /// <param name="cancellation">Cancels the check.</param>
    /// <returns>The error that refuses the document, or null.</returns>
    public abstract ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation);
}
