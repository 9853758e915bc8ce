using System.Security.Cryptography;
using System.Text;

namespace CloudWall.Access.Proxies;

/// <summary>Identifies users by the headers of a proxy (CouchDB's documentation: "Proxy Authentication").</summary>
public static class ProxyAuthentication
{
    /// <summary>Identifies the user; null where the headers name nobody, or have no proof where they must.</summary>
    public static Principal? Identify(ProxyOptions options, in ProxyHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(options);
        return headers.Name.Length == 0 || (options.NeedsToken && !IsProven(options, headers))
            ? null
            : new Principal(new UserContext(headers.Name, RolesOf(headers.Roles)), "proxy");
    }

    private static string[] RolesOf(string roles) =>
        roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether the token is a code of the name under the secret, in hexadecimal digits.</summary>
    private static bool IsProven(ProxyOptions options, in ProxyHeaders headers)
    {
        var token = Encoding.UTF8.GetBytes(headers.Token);
        var name = Encoding.UTF8.GetBytes(headers.Name);
        foreach (var hash in options.Hashes)
        {
            var code = Encoding.UTF8.GetBytes(Convert.ToHexStringLower(hash.Code(options.Secret, name)));
            if (options.Secret.Length > 0 && CryptographicOperations.FixedTimeEquals(code, token))
            {
                return true;
            }
        }

        return false;
    }
}
