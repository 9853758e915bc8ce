using System.Text;
using CloudWall.Access.Addresses;
using CloudWall.Access.Lockouts;
using CloudWall.Access.Passwords;
using CloudWall.Access.Proxies;
using CloudWall.Access.Sessions;
using CloudWall.Access.Tokens;
using CloudWall.Access.Users;
using CloudWall.Documents;

namespace CloudWall.Access;

/// <summary>
/// Identifies users in the ways that the settings name, in that order, as CouchDB does: usually by the session cookie, then by basic
/// credentials (RFC 7617). A cookie that is valid outweighs wrong basic credentials; one that is not counts for nothing.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="accounts">The users.</param>
/// <param name="passwords">Verifies their passwords.</param>
/// <param name="lockouts">Counts failures.</param>
/// <param name="sessions">Checks cookies.</param>
/// <param name="tokens">Checks JSON Web Tokens.</param>
/// <param name="upgrades">Replaces hashes that were made with other settings.</param>
/// <param name="warn">Logs who fails.</param>
public sealed class Authentication(
    Func<AuthenticationOptions> options,
    UserAccounts accounts,
    PasswordVerifier passwords,
    LockoutTable lockouts,
    SessionIssuer sessions,
    TokenVerifier tokens,
    HashUpgrades upgrades,
    Action<string> warn)
{
    private static readonly DocumentError Wrong = new(401, "unauthorized", "Name or password is incorrect.");

    private static readonly DocumentError Locked = new(
        403, "forbidden", "Account is temporarily locked due to multiple authentication failures");

    private static readonly DocumentError Conflicting = new(
        401, "unauthorized", "User document conflicts must be resolved before the document is used for authentication purposes.");

    private static readonly DocumentError Gone = new(401, "unauthorized", "The account of this request does not exist any more.");

    private static readonly DocumentError Changed = new(401, "unauthorized", "The password has changed since this request was made.");

    private static readonly DocumentError Malformed = DocumentError.BadRequest("Malformed AuthSession cookie. Please clear your cookies.");

    /// <summary>Identifies the principal that makes a request.</summary>
    /// <exception cref="DocumentException">401: the name or the password is wrong. 400: a header cannot be read. 403: the user is
    /// locked out.</exception>
    public ValueTask<Principal> AuthenticateAsync(Credentials credentials, CancellationToken cancellation)
    {
        var current = options();
        foreach (var handler in current.Handlers.Items)
        {
            if (handler == AuthenticationHandler.Basic)
            {
                if (ByBasic(credentials, out var name, out var password))
                {
                    return SignInAsPrincipalAsync(name, password, credentials.Address, cancellation);
                }

                continue;
            }

            var known = handler switch
            {
                AuthenticationHandler.Cookie => credentials.Cookie.Length > 0 ? ByCookie(credentials.Cookie) : null,
                AuthenticationHandler.Token => ByToken(credentials.Authorization),
                _ => ProxyAuthentication.Identify(current.Proxy, credentials.Proxy),
            };
            if (known is not null)
            {
                return ValueTask.FromResult(known);
            }
        }

        return ValueTask.FromResult(Principal.Anonymous);
    }

    /// <summary>The names of the ways in which users are identified, in order.</summary>
    public IReadOnlyList<string> HandlerNames => options().Handlers.Names;

    /// <summary>The names of the headers of a proxy; null where they count for nothing.</summary>
    public ProxyOptions? Proxy =>
        options() is { Handlers: var handlers, Proxy: var proxy } && handlers.Items.Contains(AuthenticationHandler.Proxy) ? proxy : null;

    /// <summary>Verifies a name and a password.</summary>
    /// <param name="name">The name.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">Where they come from.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The account; null where the name or the password is wrong.</returns>
    /// <exception cref="DocumentException">401: the account cannot be used. 403: the user is locked out. 429: too many wait.</exception>
    public async ValueTask<UserAccount?> SignInAsync(string name, string password, System.Net.IPAddress? address, CancellationToken cancellation)
    {
        var account = accounts.Find(name);
        if (account is { HasConflicts: true })
        {
            throw new DocumentException(Conflicting);
        }

        var client = ClientAddress.Of(address);
        var salt = account?.Salt ?? string.Empty;
        switch (lockouts.Judge(client, name, salt))
        {
            case LockoutMode.Enforce:
                warn($"Authentication rejected for the locked-out user {Shown(name)} from {address}");
                throw new DocumentException(Locked);
            case LockoutMode.Warn:
                warn($"Authentication failure threshold reached for {Shown(name)} from {address}");
                break;
        }

        var isVerified = await passwords.VerifyAsync(name, account?.Password, password, client, cancellation);
        if (isVerified && account is { NeedsSecondFactor: false })
        {
            upgrades.Begin(account, password);
            return account;
        }

        lockouts.Count(client, name, salt);
        warn($"Authentication failed for user {Shown(name)} from {address}");
        return null;
    }

    /// <summary>
    /// The principal of a request that goes on for long, with the roles that the user has now. What ends a session ends the request:
    /// another salt. A hash that was made anew from the same password keeps the salt.
    /// </summary>
    /// <exception cref="DocumentException">401: the user has been deleted, has another password, or has a document in conflict.</exception>
    public Principal Refresh(Principal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (principal is not { HasAccount: true, Name: { } name })
        {
            return principal;
        }

        var account = accounts.Find(name) ?? throw new DocumentException(Gone);
        return account.HasConflicts ? throw new DocumentException(Conflicting)
            : account.Password?.Salt != principal.Salt ? throw new DocumentException(Changed)
            : account.ByPassword;
    }

    /// <summary>A name for the log: one line, of bounded length.</summary>
    private static string Shown(string name)
    {
        var shown = name.Length > 100 ? name[..100] + "…" : name;
        return string.Concat(shown.Select(static c => char.IsControl(c) ? '?' : c));
    }

    private static bool ByBasic(in Credentials credentials, out string name, out string password)
    {
        name = password = string.Empty;
        var header = credentials.Authorization;
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
        {
            return false;
        }

        var decoded = new byte[header.Length];
        if (!Convert.TryFromBase64Chars(header.AsSpan("Basic ".Length), decoded, out var length))
        {
            return credentials.IsGreeting
                ? false
                : throw new DocumentException(DocumentError.BadRequest("Authorization header has invalid base64 value"));
        }

        var text = Encoding.UTF8.GetString(decoded, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);

        // Browsers send "_:_" when a page makes them forget their credentials.
        if (colon < 0 || text == "_:_")
        {
            return false;
        }

        name = text[..colon];
        password = text[(colon + 1)..];
        return true;
    }

    private Principal? ByToken(string header)
    {
        const string Scheme = "Bearer ";
        return header.Length > Scheme.Length && header.StartsWith(Scheme, StringComparison.Ordinal)
            ? tokens.Verify(header[Scheme.Length..])
            : null;
    }

    private async ValueTask<Principal> SignInAsPrincipalAsync(
        string name, string password, System.Net.IPAddress? address, CancellationToken cancellation) =>
        (await SignInAsync(name, password, address, cancellation))?.ByPassword ?? throw new DocumentException(Wrong);

    private Principal? ByCookie(string header)
    {
        if (FindCookie(header) is not { Length: > 0 } value)
        {
            return null;
        }

        var cookie = SessionCookie.TryParse(value) ?? throw new DocumentException(Malformed);
        if (accounts.Find(cookie.Name) is not { } account || !sessions.IsValid(cookie, account.Salt, out var isFresh))
        {
            return null;
        }

        return account.HasConflicts ? throw new DocumentException(Conflicting)
            : isFresh ? account.ByCookie
            : new Principal(account.ByCookie.Context, "cookie") { Salt = account.Password?.Salt, RenewalSalt = account.Salt };
    }

    private static string? FindCookie(string header)
    {
        foreach (var range in header.AsSpan().Split(';'))
        {
            var pair = header.AsSpan()[range].Trim();
            if (pair.StartsWith(SessionIssuer.CookieName + "=", StringComparison.Ordinal))
            {
                return pair[(SessionIssuer.CookieName.Length + 1)..].Trim('"').ToString();
            }
        }

        return null;
    }
}
