using System.Text.Json;
using CloudWall.Access.Caching;
using CloudWall.Access.Passwords;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Storage;

namespace CloudWall.Access.Users;

/// <summary>
/// The users who can sign in. Their documents are read once and looked at again when the database has changed, so a change counts for the next
/// request.
/// </summary>
/// <param name="admins">The server admins of the settings, now.</param>
/// <param name="users">Finds the database of users; null where there is none.</param>
/// <param name="time">The clock.</param>
public sealed class UserAccounts(Func<IReadOnlyDictionary<string, StoredPassword>> admins, Func<Database?> users, TimeProvider time)
{
    /// <summary>What the id of a user's document begins with.</summary>
    public const string IdPrefix = "org.couchdb.user:";

    private const int MaxNameLength = 1024;

    private readonly RecentEntries<string, Known> _known = new(10_000, TimeSpan.FromMinutes(10), isRenewedByUse: true, time);

    /// <summary>Finds a user; null where there is none.</summary>
    public UserAccount? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxNameLength)
        {
            return null;
        }

        try
        {
            return Combine(name, users() is { } database ? Find(database, name) : null);
        }
        catch (Exception unreadable) when (admins().ContainsKey(name) && unreadable is StorageException or DocumentException)
        {
            // An admin must be able to put a damaged database right.
            return Combine(name, user: null);
        }
    }

    private UserAccount? Find(Database database, string name)
    {
        var sequence = database.UpdateSequence;
        var isKnown = _known.TryGet(name, out var known) && ReferenceEquals(known.Database, database);
        if (isKnown && known!.Sequence == sequence)
        {
            return known.Account;
        }

        var record = database.Find(IdPrefix + name);
        var leaves = record is { Deleted: false } ? record.Sequence : 0;
        if (!isKnown || known!.Change != leaves)
        {
            var account = record is { Deleted: false } ? Read(database, record, name) : null;
            known = new Known(database, leaves, sequence, account);
        }

        // Names that nobody has are not kept, nor are salts of any length: there are more of them than memory.
        if (known.Account is { Password: null or { IsShort: true } })
        {
            var entry = known with { Sequence = sequence };
            _known.Remove(name);
            _known.Set(name, _ => entry);
        }

        return known.Account;
    }

    /// <summary>
    /// An admin of the settings stays one, with the password of the settings, whatever the document says: it gives more roles and no more.
    /// Conflicts in it, or a second factor, lock no admin out.
    /// </summary>
    private UserAccount? Combine(string name, UserAccount? user) =>
        !admins().TryGetValue(name, out var password) ? user
            : user is null ? new UserAccount(name, [UserContext.AdminRole], password)
            : new UserAccount(name, [UserContext.AdminRole, .. user.Roles], password);

    private static UserAccount? Read(Database database, DocumentRecord record, string name)
    {
        using var stored = database.Read(record.Id, record.Winner.Revision);
        if (stored is null)
        {
            return null;
        }

        var body = stored.Body.Span;
        return new UserAccount(name, RolesOf(body), StoredPassword.TryRead(body))
        {
            Revision = record.Winner.Revision,
            HasConflicts = IsInConflict(record),
            NeedsSecondFactor = JsonMember.TryFind(body, "totp"u8, out _),
        };
    }

    private static bool IsInConflict(DocumentRecord record)
    {
        var live = 0;
        foreach (var leaf in record.Tree.Leaves)
        {
            live += leaf.IsDeleted ? 0 : 1;
        }

        return live > 1;
    }

    /// <summary>
    /// The roles of a document. None of the node's own roles comes from a document: earlier versions stored any.
    /// </summary>
    private static string[] RolesOf(ReadOnlySpan<byte> body)
    {
        if (!JsonMember.TryFind(body, "roles"u8, out var list) || list is not [(byte)'[', ..])
        {
            return [];
        }

        var roles = new List<string>();
        var reader = new Utf8JsonReader(list, JsonDepth.Reader);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && reader.CurrentDepth == 1 && reader.GetString() is { } role
                && (role == "_metrics" || !role.StartsWith('_')))
            {
                roles.Add(role);
            }
        }

        return [.. roles];
    }

    /// <summary>What is known of a user.</summary>
    /// <param name="Database">The database that was looked at.</param>
    /// <param name="Change">The sequence of the document's last change; 0 where there is none.</param>
    /// <param name="Sequence">The sequence of the database when the document was last looked at.</param>
    /// <param name="Account">The account that the document alone makes.</param>
    private sealed record Known(Database Database, long Change, long Sequence, UserAccount? Account);
}
