using System.Security.Cryptography;
using CloudWall.Server.Configuration;

namespace CloudWall.Server.Access;

/// <summary>
/// The admins with which a node starts, and the node's id. What is not settled yet is made and written to the node's own
/// configuration file: hashes of passwords that stand there in the clear, an admin where there is none, the id.
/// </summary>
/// <param name="Hashes">Admins by name.</param>
/// <param name="New">The admin that was made, with the password.</param>
/// <param name="NodeId">The node's id, 32 hexadecimal digits.</param>
internal sealed record Admins(
    IReadOnlyDictionary<string, PasswordHash> Hashes, (string Name, string Password)? New, string NodeId)
{
    private const string Section = "admins";

    /// <summary>Reads <c>[admins]</c> and settles what is open.</summary>
    /// <param name="source">The settings.</param>
    /// <param name="settings">The settings as they were understood.</param>
    /// <param name="given">An admin that wins over a stored one of that name.</param>
    /// <param name="file">Where to store; null for nowhere.</param>
    public static Admins Read(Settings source, NodeSettings settings, (string Name, string Password)? given, string? file)
    {
        var hashes = new Dictionary<string, PasswordHash>(StringComparer.Ordinal);
        foreach (var (name, value) in source.Section(Section))
        {
            hashes[name] = PasswordHash.TryParse(value) ?? Store(name, value);
        }

        (string Name, string Password)? made = null;
        if (given is { } admin)
        {
            if (!hashes.TryGetValue(admin.Name, out var stored) || !stored.Matches(admin.Password))
            {
                hashes[admin.Name] = Store(admin.Name, admin.Password);
            }
        }
        else if (hashes.Count == 0)
        {
            // Letters and digits that are not easily taken for each other, 119 bits of them.
            made = ("admin", RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20));
            hashes["admin"] = Store("admin", made.Value.Password);
        }

        var id = source["couchdb", "uuid"];
        if (id is null)
        {
            id = RandomNumberGenerator.GetHexString(32, lowercase: true);
            Save("couchdb", "uuid", id);
        }

        return new Admins(hashes, made, id);

        PasswordHash Store(string name, string password)
        {
            var hash = PasswordHash.Create(password, settings.PasswordIterations);
            Save(Section, name, hash.Text);
            return hash;
        }

        void Save(string section, string key, string value)
        {
            if (file is not null)
            {
                IniFile.Save(file, section, key, value);
            }
        }
    }
}
