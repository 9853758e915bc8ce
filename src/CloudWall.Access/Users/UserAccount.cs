using CloudWall.Access.Passwords;
using CloudWall.Documents.Revisions;

namespace CloudWall.Access.Users;

/// <summary>A user who can sign in: a server admin of the settings, or a document of <c>_users</c>, or both.</summary>
/// <param name="name">The name.</param>
/// <param name="roles">The roles.</param>
/// <param name="password">The hash of the password; null where the user cannot sign in with one.</param>
public sealed class UserAccount(string name, IReadOnlyList<string> roles, StoredPassword? password)
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>The roles.</summary>
    public IReadOnlyList<string> Roles => roles;

    /// <summary>The hash of the password; null where the user cannot sign in with one.</summary>
    public StoredPassword? Password => password;

    /// <summary>The revision of the document that the password is in; null where it is in the settings.</summary>
    public RevisionId? Revision { get; init; }

    /// <summary>Whether the document has conflicting revisions, which may say different things.</summary>
    public bool HasConflicts { get; init; }

    /// <summary>Whether the document demands a second factor (<c>totp</c>), which this node cannot check.</summary>
    public bool NeedsSecondFactor { get; init; }

    /// <summary>The salt of the password; empty where there is none.</summary>
    public string Salt => Password?.Salt ?? string.Empty;

    /// <summary>The user who has sent basic credentials.</summary>
    public Principal ByPassword { get; } = new(new UserContext(name, roles), "default") { Salt = password?.Salt };

    /// <summary>The user who has sent a session cookie.</summary>
    public Principal ByCookie { get; } = new(new UserContext(name, roles), "cookie") { Salt = password?.Salt };
}
