using System.Globalization;
using System.Text;

namespace CloudWall.Access.Sessions;

/// <summary>Makes session cookies, and checks them.</summary>
/// <param name="options">The settings; read for each cookie.</param>
/// <param name="time">The clock.</param>
public sealed class SessionIssuer(Func<SessionOptions> options, TimeProvider time)
{
    /// <summary>The cookie's name.</summary>
    public const string CookieName = "AuthSession";

    /// <summary>Once less than so much of the timeout is left, a request gets a new cookie.</summary>
    private const double Fresh = 0.9;

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The header <c>Set-Cookie</c> that begins a session, or goes on with it.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="salt">The salt of the user's password.</param>
    /// <param name="isSecure">Whether the client uses HTTPS: the cookie is then sent back over HTTPS alone.</param>
    public string Begin(string name, string salt, bool isSecure)
    {
        var current = options();
        var value = SessionCookie.Create(name, Now, current.Secret + salt, current.Hashes[0]);
        return Header(value, current.ArePersistent ? current.Timeout : null, isSecure, current);
    }

    /// <summary>The header <c>Set-Cookie</c> that makes a browser forget a session.</summary>
    /// <param name="isSecure">Whether the client uses HTTPS.</param>
    public string End(bool isSecure) => Header(string.Empty, TimeSpan.Zero, isSecure, options());

    /// <summary>Whether a cookie is of a session that lasts.</summary>
    /// <param name="cookie">The cookie.</param>
    /// <param name="salt">The salt of the password of the user whom it names.</param>
    /// <param name="isFresh">Whether it will do for a while: no new one need be sent.</param>
    public bool IsValid(SessionCookie cookie, string salt, out bool isFresh)
    {
        ArgumentNullException.ThrowIfNull(cookie);
        var current = options();
        var timeout = (long)current.Timeout.TotalSeconds;
        isFresh = false;
        if (cookie.Time is not { } began || Now - began >= timeout || !cookie.IsSignedWith(current.Secret + salt, current.Hashes))
        {
            return false;
        }

        isFresh = began + timeout - Now >= timeout * Fresh;
        return true;
    }

    private string Header(string value, TimeSpan? age, bool isSecure, SessionOptions current)
    {
        // The order is CouchDB's. Its dates have dashes, those of RFC 2109.
        var header = new StringBuilder(200).Append(CookieName).Append('=').Append(value).Append("; Version=1");
        if (age is { } lasting)
        {
            header.Append(CultureInfo.InvariantCulture, $"; Expires={time.GetUtcNow() + lasting:ddd, dd-MMM-yyyy HH:mm:ss} GMT")
                .Append(CultureInfo.InvariantCulture, $"; Max-Age={(long)lasting.TotalSeconds}");
        }

        if (isSecure || current.SameSite == "None")
        {
            header.Append("; Secure");
        }

        if (current.Domain.Length > 0)
        {
            header.Append("; Domain=").Append(current.Domain);
        }

        header.Append("; Path=/; HttpOnly");
        if (current.SameSite.Length > 0)
        {
            header.Append("; SameSite=").Append(current.SameSite);
        }

        return header.ToString();
    }
}
