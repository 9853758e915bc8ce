namespace CloudWall.Server.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">The name, or null for nobody in particular.</param>
/// <param name="IsAdmin">Whether it is a server admin: the role <c>_admin</c>.</param>
internal sealed record Principal(string? Name, bool IsAdmin)
{
    /// <summary>Someone who has not said who they are.</summary>
    public static readonly Principal Anonymous = new(null, IsAdmin: false);
}
