using System.Runtime.CompilerServices;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;

namespace CloudWall.Access.Databases;

/// <summary>
/// Who may do what in a database, by its <c>_security</c> object: server admins and the database's admins everything, members what is not for
/// admins, and where the object names no members, everyone is one.
/// </summary>
public sealed class DatabasePermissions
{
    private static readonly DocumentError NoAdmin = new(403, "forbidden", "You are not a db or server admin.");

    private static readonly DocumentError NoKeeper = new(401, "unauthorized", "You are not a server or db admin.");

    private static readonly DocumentError NoMember = new(403, "forbidden", "You are not allowed to access this db.");

    private static readonly DocumentError Nobody = new(401, "unauthorized", "You are not authorized to access this db.");

    private static readonly ConditionalWeakTable<Database, Known> Cache = [];

    private readonly Group _admins;
    private readonly Group _members;

    private DatabasePermissions(Group admins, Group members)
    {
        _admins = admins;
        _members = members;
    }

    /// <summary>The permissions of a database as they are now.</summary>
    public static DatabasePermissions Of(Database database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var security = database.Security ?? DatabaseSecurity.Default;
        if (Cache.TryGetValue(database, out var known) && known.Security.Equals(security))
        {
            return known.Permissions;
        }

        var permissions = Parse(security.Span);
        Cache.AddOrUpdate(database, new Known(security, permissions));
        return permissions;
    }

    /// <summary>Reads a <c>_security</c> object. What is no list of names or roles names nobody.</summary>
    public static DatabasePermissions Parse(ReadOnlySpan<byte> security) =>
        new(
            GroupOf(security, "admins"u8),
            GroupOf(security, JsonMember.TryFind(security, "members"u8, out _) ? "members"u8 : DatabaseSecurity.OldMembers));

    /// <summary>Whether a user is an admin of the database.</summary>
    public bool IsAdmin(UserContext user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.IsAdmin || _admins.Has(user.Name, user.Roles);
    }

    /// <summary>Whether a user is a member of the database.</summary>
    public bool IsMember(UserContext user) => IsAdmin(user) || _members.IsEmpty || _members.Has(user.Name, user.Roles);

    /// <summary>Why a user may not use a route of the database; null where there is no reason.</summary>
    public DocumentError? Refuse(UserContext user, Audience audience)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!IsMember(user))
        {
            return user.Name is null ? Nobody : NoMember;
        }

        return audience switch
        {
            Audience.DatabaseAdmins => RefuseAdmin(user),
            Audience.DatabaseKeepers => IsAdmin(user) ? null : NoKeeper,
            _ => null,
        };
    }

    /// <summary>Why a user may not do what is for admins of the database; null where there is no reason.</summary>
    public DocumentError? RefuseAdmin(UserContext user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return IsAdmin(user) ? null : user.Name is null ? NoAdmin with { Status = 401, Error = "unauthorized" } : NoAdmin;
    }

    private static Group GroupOf(ReadOnlySpan<byte> security, ReadOnlySpan<byte> name) =>
        JsonMember.TryFind(security, name, out var group) && group is [(byte)'{', ..]
            ? new Group(Texts(group, "names"u8), Texts(group, "roles"u8))
            : new Group([], []);

    private static string[] Texts(ReadOnlySpan<byte> group, ReadOnlySpan<byte> name)
    {
        if (!JsonMember.TryFind(group, name, out var list))
        {
            return [];
        }

        var texts = new List<string>();
        var reader = new Utf8JsonReader(list, JsonDepth.Reader);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && reader.CurrentDepth == 1)
            {
                texts.Add(reader.GetString()!);
            }
        }

        return [.. texts];
    }

    private readonly record struct Group(string[] Names, string[] Roles)
    {
        public bool IsEmpty => Names.Length == 0 && Roles.Length == 0;

        public bool Has(string? name, IReadOnlyList<string> roles)
        {
            foreach (var role in roles)
            {
                if (Array.IndexOf(Roles, role) >= 0)
                {
                    return true;
                }
            }

            return name is not null && Array.IndexOf(Names, name) >= 0;
        }
    }

    private sealed record Known(ReadOnlyMemory<byte> Security, DatabasePermissions Permissions);
}
