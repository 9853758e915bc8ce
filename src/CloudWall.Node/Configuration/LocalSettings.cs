using CloudWall.Access;
using CloudWall.Node.Identifiers;

namespace CloudWall.Node.Configuration;

/// <summary>What a node settles at its first start and stores in its own configuration file: its admins, and its id.</summary>
/// <param name="Admins">The admins.</param>
/// <param name="NodeId">The node's id, 32 hexadecimal digits.</param>
public sealed record LocalSettings(Admins Admins, string NodeId)
{
    private const string AdminsSection = "admins";

    /// <summary>Reads what is settled, and settles what is open.</summary>
    /// <param name="source">The settings.</param>
    /// <param name="settings">The settings as they were understood.</param>
    /// <param name="given">An admin that wins over a stored one of that name.</param>
    /// <param name="file">Where to store; null for nowhere.</param>
    /// <param name="randomness">Where the id comes from.</param>
    public static LocalSettings Settle(
        Settings source, NodeSettings settings, (string Name, string Password)? given, string? file, Randomness randomness)
    {
        var admins = Admins.Settle(
            source.Section(AdminsSection), settings.PasswordIterations, given, (name, hash) => Save(AdminsSection, name, hash));
        var id = source["couchdb", "uuid"];
        if (id is null)
        {
            id = randomness.Hex(32);
            Save("couchdb", "uuid", id);
        }

        return new LocalSettings(admins, id);

        void Save(string section, string key, string value)
        {
            if (file is not null)
            {
                IniFile.Save(file, section, key, value);
            }
        }
    }
}
