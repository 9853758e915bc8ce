using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Requests;
using CloudWall.Server.Access;

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

    /// <summary>The context of somebody that a replication names; without one that of the node itself, an admin without a name.</summary>
    public static byte[] Of(string database, ReplicationUser? user)
    {
        using var json = new JsonBuffer(128);
        Write(json, database, user?.Name, user is null ? ["_admin"] : user.Roles);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Somebody who writes into a database over HTTP.</summary>
    public static Writer Writer(string database, Principal principal) =>
        new(WriteWays.Client, principal.Name, principal.IsAdmin) { Context = Of(database, principal) };

    /// <summary>A replication that writes into a database, in the name of the user that it was given or of the node itself.</summary>
    public static Writer Writer(string database, ReplicationUser? user) =>
        new(WriteWays.Replication, user?.Name, user is null || user.Roles.Contains("_admin")) { Context = Of(database, user) };

    /// <summary>Writes somebody's context in a database.</summary>
    public static void Write(JsonBuffer json, string database, Principal principal) =>
        Write(json, database, principal.Name, principal.IsAdmin ? ["_admin"] : []);

    private static void Write(JsonBuffer json, string database, string? name, IReadOnlyList<string> roles)
    {
        json.Raw("{\"db\":"u8).Text(database).Raw(",\"name\":"u8);
        if (name is null)
        {
            json.Raw("null"u8);
        }
        else
        {
            json.Text(name);
        }

        json.Raw(",\"roles\":["u8);
        for (var i = 0; i < roles.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(roles[i]);
        }

        json.Raw("]}"u8);
    }
}
