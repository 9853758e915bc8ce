using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;

namespace CloudWall.Access;

/// <summary>The user as functions of design documents see it (CouchDB's documentation: "User Context Object").</summary>
/// <param name="Name">The name; null for an anonymous user.</param>
/// <param name="Roles">The roles.</param>
public sealed record UserContext(string? Name, IReadOnlyList<string> Roles)
{
    /// <summary>The role of server admins.</summary>
    public const string AdminRole = "_admin";

    /// <summary>The node itself: an admin without a name.</summary>
    public static readonly UserContext Node = new(null, [AdminRole]);

    /// <summary>Whether the user is a server admin.</summary>
    public bool IsAdmin { get; } = Roles.Contains(AdminRole);

    /// <summary>The user who writes documents.</summary>
    public static UserContext Of(Writer writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return new UserContext(writer.Name, writer.IsAdmin && writer.Roles.Count == 0 ? [AdminRole] : writer.Roles);
    }

    /// <summary>The user context for a database, as JSON in UTF-8.</summary>
    public byte[] In(string database)
    {
        using var json = new JsonBuffer(128);
        Write(json, database);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>The user as the writer of documents.</summary>
    /// <param name="database">The database.</param>
    /// <param name="way">How the documents reach the database.</param>
    public Writer Writer(string database, WriteWays way) => new(way, Name, IsAdmin) { Context = In(database), Roles = Roles };

    /// <summary>Writes the user context for a database as JSON.</summary>
    public void Write(JsonBuffer json, string database)
    {
        json.Raw("{\"db\":"u8).Text(database).Raw(",\"name\":"u8).Text(Name).Raw(",\"roles\":["u8);
        for (var i = 0; i < Roles.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(Roles[i]);
        }

        json.Raw("]}"u8);
    }
}
