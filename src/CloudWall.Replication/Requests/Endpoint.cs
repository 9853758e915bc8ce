using System.Globalization;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Requests;

/// <summary>A source or a target as it was asked for: a database of this node, or one behind a URL.</summary>
/// <param name="Name">The database's name on this node; null for a remote one.</param>
/// <param name="Address">Where it is; null for one of this node.</param>
/// <param name="Proxy">The proxy on the way; null for none.</param>
public sealed record Endpoint(string? Name, RemoteAddress? Address, Uri? Proxy)
{
    private static readonly string[] Secrets = ["Authorization", "Cookie", "X-Auth-CouchDB-Token"];

    /// <summary>
    /// What tells it from others as long as it was not asked who it is: neither password nor scheme, the port only where it is an unusual
    /// one.
    /// </summary>
    public string Identity
    {
        get
        {
            if (Address is null)
            {
                return "local " + Name;
            }

            var url = Address.UriOf(string.Empty);
            var port = url is { IsDefaultPort: true } or { Port: 5984 } ? "default" : url.Port.ToString(CultureInfo.InvariantCulture);
            return $"remote {url.Host} {port} {url.AbsolutePath} {User}";
        }
    }

    /// <summary>Who comes, as far as that can be told: what one may not write another may. Passwords and tokens change.</summary>
    public string User => Address is null ? string.Empty : Address.UserName + "@" + string.Join('\n', Address.Headers
        .Where(static header => !Secrets.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
        .Select(static header => header.Key + ": " + header.Value));

    /// <summary>The database's name as its own server knows it.</summary>
    public string DatabaseName => Name ?? Uri.UnescapeDataString(Address!.UriOf(string.Empty).AbsolutePath.TrimEnd('/').Split('/')[^1]);
}
