using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Validation;

/// <summary>What the design documents of one database demand of every document that is written (<c>validate_doc_update</c>).</summary>
public abstract class UpdateValidator
{
    /// <summary>Asks for a decision.</summary>
    /// <param name="database">The database.</param>
    /// <param name="updates">Documents that would otherwise be written. Design documents and local ones are not among them.</param>
    /// <param name="userContext">Who writes, as JSON in UTF-8; empty where the node itself does.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>For each document why it is refused, or null.</returns>
    public abstract Task<DocumentError?[]> ValidateAsync(
        Database database, IReadOnlyList<ProposedUpdate> updates, ReadOnlyMemory<byte> userContext, CancellationToken cancellation);
}
