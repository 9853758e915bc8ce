using CloudWall.Documents;

namespace CloudWall.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">The name, or null for nobody in particular.</param>
/// <param name="IsAdmin">Whether it is a server admin: the role <c>_admin</c>.</param>
public sealed record Principal(string? Name, bool IsAdmin)
{
    /// <summary>Someone who has not said who they are.</summary>
    public static readonly Principal Anonymous = new(null, IsAdmin: false);

    private static readonly DocumentError NoAdmin = new(401, "unauthorized", "You are not a server admin.");

    private static readonly DocumentError NoMember = new(401, "unauthorized", "You are not authorized to access this db.");

    /// <summary>What functions of design documents are told.</summary>
    public UserContext Context => new(Name, IsAdmin ? [UserContext.AdminRole] : []);

    /// <summary>Refuses somebody whom a route does not answer. As there are no accounts yet, only admins are members.</summary>
    /// <exception cref="DocumentException">401.</exception>
    public void Require(Audience audience)
    {
        if (audience != Audience.Anyone && !IsAdmin)
        {
            throw new DocumentException(audience == Audience.Admins ? NoAdmin : NoMember);
        }
    }
}
