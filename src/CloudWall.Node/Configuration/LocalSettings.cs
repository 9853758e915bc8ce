using CloudWall.Access;
using CloudWall.Access.Passwords;
using CloudWall.Node.Identifiers;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>
/// What a node settles at its first start and stores in its own configuration file: its admins, its id, and the secret of session cookies.
/// </summary>
/// <param name="Admins">The admins.</param>
/// <param name="NodeId">The node's id, 32 hexadecimal digits.</param>
public sealed record LocalSettings(Admins Admins, string NodeId)
{
    private static readonly Setting<string> Admin = new(
        "admins", "{name}", SettingKinds.Text, string.Empty,
        "The password of a server admin, or its hash. A password is hashed at once.")
    { IsSecret = true };

    private static readonly Setting<string> Id = new(
        "couchdb", "uuid", SettingKinds.Text, string.Empty, "The id of the node. One is made at the first start.")
    { IsForFilesOnly = true };

    /// <summary>The settings that are settled at the first start.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Admin, Id];

    /// <summary>The section of server admins.</summary>
    public static string AdminSection => Admin.Section;

    /// <summary>Reads the server admins.</summary>
    public static IReadOnlyDictionary<string, StoredPassword> ReadAdmins(SettingsStore source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Admins.Read(source.Section(Admin.Section));
    }

    /// <summary>Whether the node has been started before.</summary>
    public static bool HasId(SettingsStore source) => Find(source, Id) is not null;

    /// <summary>Reads what is settled, and settles what is open.</summary>
    /// <param name="source">The settings.</param>
    /// <param name="settings">The settings as they were understood.</param>
    /// <param name="given">An admin that wins over a stored one of that name.</param>
    /// <param name="randomness">Where the id comes from.</param>
    public static LocalSettings Settle(SettingsStore source, NodeSettings settings, (string Name, string Password)? given, Randomness randomness)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(randomness);
        var admins = Admins.Settle(
            source.Section(Admin.Section), settings.Passwords, given, (name, hash) => source.Set(Admin.Section, name, hash));
        var id = Find(source, Id);
        if (id is null)
        {
            id = randomness.Hex(32);
            source.Set(Id.Section, Id.Key, id);
        }

        AccessSettings.SettleSecret(source, Secrets.NewSecret);
        return new LocalSettings(admins, id);
    }

    private static string? Find(SettingsStore source, Setting setting) => source.Find(setting.Section, setting.Key);
}
