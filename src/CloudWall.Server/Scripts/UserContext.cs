using CloudWall.Server.Access;
using CloudWall.Server.Http;

namespace CloudWall.Server.Scripts;

/// <summary>Who asks, as functions of design documents are told (CouchDB's documentation: "User Context Object").</summary>
internal static class UserContext
{
    /// <summary>Somebody's context in a database.</summary>
    public static byte[] Of(string database, Principal principal)
    {
        using var json = new JsonBuffer(128);
        Write(json, database, principal);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>The node's own context in a database: that of an admin without a name.</summary>
    public static byte[] OfNode(string database) => Of(database, new Principal(null, IsAdmin: true));

    /// <summary>Writes somebody's context in a database.</summary>
    public static void Write(JsonBuffer json, string database, Principal principal)
    {
        json.Raw("{\"db\":"u8).Text(database).Raw(",\"name\":"u8);
        if (principal.Name is { } name)
        {
            json.Text(name);
        }
        else
        {
            json.Raw("null"u8);
        }

        json.Raw(principal.IsAdmin ? ",\"roles\":[\"_admin\"]}"u8 : ",\"roles\":[]}"u8);
    }
}
