using CloudWall.Documents;

namespace CloudWall.Access;

/// <summary>The user who makes a request.</summary>
/// <param name="context">The user as functions of design documents see it.</param>
/// <param name="handler">How the user was identified: <see cref="Handler"/>.</param>
public sealed class Principal(UserContext context, string? handler)
{
    /// <summary>A user without credentials.</summary>
    public static readonly Principal Anonymous = new(new UserContext(null, []), handler: null);

    private static readonly DocumentError NoAdmin = new(401, "unauthorized", "You are not a server admin.");

    private static readonly DocumentError NoMetrics = new(401, "unauthorized", "You are not a server admin or read-only metrics user");

    private static readonly DocumentError Nobody = new(401, "unauthorized", "You are not an authenticated user");

    /// <summary>The name; null for an anonymous user.</summary>
    public string? Name => Context.Name;

    /// <summary>Whether the user is a server admin (the role <c>_admin</c>).</summary>
    public bool IsAdmin { get; } = context.IsAdmin;

    /// <summary>The user as functions of design documents see it.</summary>
    public UserContext Context { get; } = context;

    /// <summary>
    /// How the user was identified: CouchDB's <c>default</c> (basic credentials), <c>cookie</c>, <c>jwt</c> or <c>proxy</c>; null for
    /// nobody.
    /// </summary>
    public string? Handler { get; } = handler;

    /// <summary>Whether the user has an account on this node: whoever vouches for themselves by name and password has one.</summary>
    public bool HasAccount => Handler is "default" or "cookie";

    /// <summary>The salt of the password that the user had when the request was made; null where there was none.</summary>
    public string? Salt { get; init; }

    /// <summary>The salt for a new session cookie, which the answer is to have; null where the one that was sent will do.</summary>
    public string? RenewalSalt { get; init; }

    /// <summary>Refuses a user who may not use a route, as far as no database decides about it.</summary>
    /// <exception cref="DocumentException">401: the user is refused.</exception>
    public void Require(Audience audience)
    {
        var refusal = audience switch
        {
            _ when IsAdmin => null,
            Audience.Admins or Audience.DatabaseLists => NoAdmin,
            Audience.Metrics => Context.Roles.Contains("_metrics") ? null : NoMetrics,
            Audience.Users => Name is null ? Nobody : null,
            _ => null,
        };
        if (refusal is not null)
        {
            throw new DocumentException(refusal);
        }
    }
}
