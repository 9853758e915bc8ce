namespace CloudWall.Access;

/// <summary>A way to identify users: an item of <c>[chttpd] authentication_handlers</c>.</summary>
public enum AuthenticationHandler
{
    /// <summary>Session cookies.</summary>
    Cookie,

    /// <summary>Basic credentials: <c>default_authentication_handler</c>.</summary>
    Basic,

    /// <summary>JSON Web Tokens.</summary>
    Token,

    /// <summary>Headers of a proxy.</summary>
    Proxy,
}
