using CloudWall.Documents;

namespace CloudWall.Access;

/// <summary>The user who makes a request.</summary>
/// <param name="Name">The name; null for an anonymous user.</param>
/// <param name="IsAdmin">Whether the user is a server admin (the role <c>_admin</c>).</param>
public sealed record Principal(string? Name, bool IsAdmin)
{
    /// <summary>A user without credentials.</summary>
    public static readonly Principal Anonymous = new(null, IsAdmin: false);

    private static readonly DocumentError NoAdmin = new(401, "unauthorized", "You are not a server admin.");

    private static readonly DocumentError NoMember = new(401, "unauthorized", "You are not authorized to access this db.");

    /// <summary>The user as functions of design documents see it.</summary>
    public UserContext Context => new(Name, IsAdmin ? [UserContext.AdminRole] : []);

    /// <summary>Refuses a user who may not use a route. As long as there are no accounts, only admins are members of databases.</summary>
    /// <exception cref="DocumentException">401: the user is refused.</exception>
    public void Require(Audience audience)
    {
        if (audience != Audience.Anyone && !IsAdmin)
        {
            throw new DocumentException(audience == Audience.Admins ? NoAdmin : NoMember);
        }
    }
}
