using CloudWall.Access.Databases;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary><c>/{db}/_security</c>: who may do what in a database. Stored as it comes, apart from what would be no list of names.</summary>
internal static class Security
{
    /// <summary>GET.</summary>
    public static Task Show(Exchange exchange) => exchange.WriteJsonAsync(200, exchange.Database.Security ?? DatabaseSecurity.Default);

    /// <summary>PUT.</summary>
    public static async Task Set(Exchange exchange)
    {
        if (!exchange.Settings.IsUsersSecurityEditable && exchange.Database.Name == "_users")
        {
            throw HttpErrors.Forbidden("You can't edit the security object of the user database.");
        }

        using var json = await exchange.ReadNormalJsonAsync();
        DatabaseSecurity.Validate(json.WrittenSpan);
        await exchange.Database.SetSecurityAsync(json.WrittenSpan.ToArray(), exchange.Aborted);
        await exchange.WriteOkAsync();
    }
}
