using CloudWall.Access.Users;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>Databases that users have of their own: <c>[couch_peruser]</c>.</summary>
internal static class PersonalDatabaseSettings
{
    private const string Section = "couch_peruser";

    private static readonly PersonalDatabaseOptions Usual = new();

    private static readonly Setting<bool> IsEnabled = new(
        Section, "enable", SettingKinds.Boolean, Usual.IsEnabled,
        "Whether there is a database for each user of _users, of which the user is an admin and a member.");

    private static readonly Setting<bool> DeletesDatabases = new(
        Section, "delete_dbs", SettingKinds.Boolean, Usual.DeletesDatabases,
        "Whether that database is deleted with the user. Otherwise the name is taken from its _security.");

    private static readonly Setting<string> Prefix = new(
        Section, "database_prefix", SettingKinds.Text, Usual.Prefix,
        "What its name begins with. The user's name follows, each byte in hexadecimal digits.");

    private static readonly Setting<int> Shards = new(
        Section, "q", SettingKinds.Count(1), Usual.Shards, "The number of shards that it reports.");

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } = [IsEnabled, DeletesDatabases, Prefix, Shards];

    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static PersonalDatabaseOptions Read(SettingsStore settings) =>
        new(settings.Get(IsEnabled), settings.Get(DeletesDatabases), settings.Get(Prefix), settings.Get(Shards));
}
