using CloudWall.Access.Databases;
using CloudWall.Access.Passwords;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;

namespace CloudWall.Access.Users;

/// <summary>
/// What CouchDB demands of a document of <c>_users</c>, whichever way it comes: it is a user, its password is hashed before it is stored, and
/// who is no admin writes no other document than the own one, and not its roles.
/// </summary>
/// <param name="hasher">Hashes passwords.</param>
/// <param name="limits">What documents may measure.</param>
public sealed class UserDocumentRule(PasswordHasher hasher, Func<DocumentLimits> limits) : WriteRule
{
    private static readonly DocumentError ClearText = new(
        403, "forbidden", "Only a user may have a `password` in clear text: no design document.");

    /// <inheritdoc/>
    public override bool ConcernsDatabase(string database) => UserDatabase.IsOne(database);

    /// <inheritdoc/>
    public override bool Concerns(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(write);
        var writer = UserContext.Of(context.Writer);
        var isAdmin = DatabasePermissions.Of(context.Database).IsAdmin(writer);
        if (!isAdmin && writer.Name is not null && write.Id != UserAccounts.IdPrefix + writer.Name)
        {
            return DocumentError.Missing;
        }

        var document = write.Document;
        var body = NormalJson.FromStored(document.Body);
        if (UserDocument.FindPassword(body, out var password) is { } unreadable)
        {
            return unreadable;
        }

        // A conflict costs no hash. It is refused here: by the time that it is written it might be none, and nothing else is checked.
        if (context.IsConflict(write))
        {
            return DocumentError.Conflict;
        }

        if (write.Id.StartsWith("_design/", StringComparison.Ordinal))
        {
            return password is null ? null : ClearText;
        }

        if ((isAdmin ? null : RefuseForeign(context, write, body, writer)) is { } foreign)
        {
            return foreign;
        }

        if (!document.Deleted && UserDocument.Refuse(write.Id, body) is { } refusal)
        {
            return refusal;
        }

        if (password is null)
        {
            return null;
        }

        if (hasher.Options.Policy.Refuse(password) is { } weak)
        {
            return weak;
        }

        // A replicated revision keeps its id, as in CouchDB: ids of revisions are names, which nobody checks against the content.
        var hash = await hasher.HashAsync(password, UserDocument.KeptSalt(body), cancellation);
        var hashed = DocumentParser.Parse(UserDocument.WithHash(body, hash), limits());
        write.Document = new ParsedDocument
        {
            Id = document.Id,
            Revision = document.Revision,
            Revisions = document.Revisions,
            Deleted = document.Deleted,
            Attachments = document.Attachments,
            Body = hashed.Body,
            Term = hashed.Term,
        };
        return null;
    }

    /// <summary>Refuses what only admins may do.</summary>
    private DocumentError? RefuseForeign(WriteContext context, DocumentWrite write, NormalJson body, UserContext writer)
    {
        var record = context.Database.Find(write.Id);
        if (record is null or { Deleted: true })
        {
            return write.Document.Deleted ? null
                : UserDocument.Roles(body).Count > 0 ? Forbidden("Only _admin may set roles")
                : RefuseExpensive(null, write.Document);
        }

        if (writer.Name is null)
        {
            return Forbidden(write.Document.Deleted ? "Only admins may delete other user docs." : "You may only update your own user document.");
        }

        if (write.Document.Deleted)
        {
            return null;
        }

        using var stored = context.Database.Read(write.Id, record.Winner.Revision);
        var before = stored is null ? [] : UserDocument.Roles(NormalJson.FromStored(stored.Body));
        return before.SequenceEqual(UserDocument.Roles(body))
            ? RefuseExpensive(stored is null ? null : StoredPassword.TryRead(stored.Body.Span), write.Document)
            : Forbidden("Only _admin may edit roles");
    }

    /// <summary>
    /// Refuses a new hash with more rounds than the node's own have: everyone else's sign-in would wait while it is verified.
    /// </summary>
    private DocumentError? RefuseExpensive(StoredPassword? before, ParsedDocument document) =>
        StoredPassword.TryRead(document.Body.Span) is { } after && after.Iterations > hasher.Options.Iterations
            && (after.Hash != before?.Hash || after.Iterations != before.Iterations)
            ? StoredPassword.TooMany
            : null;

    private static DocumentError Forbidden(string reason) => new(403, "forbidden", reason);
}
