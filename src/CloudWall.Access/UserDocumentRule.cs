using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;

namespace CloudWall.Access;

/// <summary>
/// Keeps clear-text passwords out of the users' databases. CouchDB hashes a <c>password</c> when it is written. This node has no accounts
/// that could use the hash yet, and must not store the password itself, so it refuses such documents. It accepts documents that another
/// node has hashed, and hides passwords that earlier versions stored.
/// </summary>
public sealed class UserDocumentRule : WriteRule
{
    private static readonly DocumentError ClearText = new(
        403, "forbidden", "This node has no user accounts yet, so it refuses documents with a `password`, which would be stored in clear text.");

    /// <summary>Whether the documents of a database are users.</summary>
    public static bool IsUsers(string database) => database == "_users" || database.EndsWith("/_users", StringComparison.Ordinal);

    /// <summary>
    /// The member that no reader gets: earlier versions stored clear-text passwords in it. Null where nothing is hidden.
    /// </summary>
    /// <param name="database">The database's name.</param>
    public static string? HiddenMember(string database) => IsUsers(database) ? "password" : null;

    /// <summary>Whether a body has a clear-text password.</summary>
    /// <param name="body">A document's body in normal form.</param>
    public static bool HasPassword(ReadOnlySpan<byte> body) =>
        JsonMember.TryFind(body, "password"u8, out var password) && !password.SequenceEqual("null"u8);

    /// <inheritdoc/>
    public override bool ConcernsDatabase(string database) => IsUsers(database);

    /// <inheritdoc/>
    public override bool Concerns(string id) => true;

    /// <inheritdoc/>
    public override ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation) =>
        ValueTask.FromResult(HasPassword(write.Document.Body.Span) ? ClearText : null);
}
