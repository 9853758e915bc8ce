using CloudWall.Access.Passwords;

namespace CloudWall.Access.Users;

/// <summary>A user who can sign in: a server admin of the settings, or a document of <c>_users</c>, or both.</summary>
/// <param name="Name">The name.</param>
/// <param name="Roles">The roles.</param>
/// <param name="Password">The hash of the password; null where the user cannot sign in with one.</param>
public sealed record UserAccount(string Name, IReadOnlyList<string> Roles, StoredPassword? Password)
{
    /// <summary>Whether the document has conflicting revisions, which may say different things.</summary>
    public bool HasConflicts { get; init; }

    /// <summary>Whether the document demands a second factor (<c>totp</c>), which this node cannot check.</summary>
    public bool NeedsSecondFactor { get; init; }

    /// <summary>The salt of the password; empty where there is none.</summary>
    public string Salt => Password?.Salt ?? string.Empty;

    /// <summary>The user who has sent basic credentials.</summary>
    public Principal ByPassword { get; } = new(new UserContext(Name, Roles), "default");

    /// <summary>The user who has sent a session cookie.</summary>
    public Principal ByCookie { get; } = new(new UserContext(Name, Roles), "cookie");
}
