using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Validation;

/// <summary>Runs the <c>validate_doc_update</c> functions of one database.</summary>
public abstract class UpdateValidator
{
    /// <summary>Validates updates.</summary>
    /// <param name="database">The database.</param>
    /// <param name="updates">The documents that would be written. Design documents and local documents are not among them.</param>
    /// <param name="userContext">The user context as JSON in UTF-8; empty if the node itself writes.</param>
    /// <param name="cancellation">Cancels the calls.</param>
    /// <returns>For each document its error, or null.</returns>
    public abstract Task<DocumentError?[]> ValidateAsync(
        Database database, IReadOnlyList<ProposedUpdate> updates, ReadOnlyMemory<byte> userContext, CancellationToken cancellation);
}
