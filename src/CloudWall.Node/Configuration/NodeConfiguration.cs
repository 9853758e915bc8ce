using CloudWall.Access;
using CloudWall.Access.Passwords;
using CloudWall.Documents;
using CloudWall.Documents.Waiting;
using CloudWall.Node.Logging;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>
/// Reads and changes settings while the node runs, for administrators who are somewhere else (CouchDB's documentation: "Configuration of
/// CouchDB Cluster"). What could run a program, name a file or open the node to others is for files alone. Secrets are not shown.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="hasher">Hashes the passwords of admins.</param>
/// <param name="log">The log.</param>
public sealed class NodeConfiguration(SettingsStore settings, PasswordHasher hasher, NodeLog log)
{
    /// <summary>What is shown in place of a secret.</summary>
    public const string Hidden = "****";

    /// <summary>The longest name of an admin.</summary>
    private const int MaxNameLength = 1024;

    /// <summary>Sections that CouchDB lets nobody change over HTTP.</summary>
    private static readonly string[] ForFilesOnly =
    [
        "daemons", "external", "feature_flags", "httpd_db_handlers", "httpd_design_handlers", "httpd_global_handlers",
        "native_query_servers", "os_daemons", "query_servers",
    ];

    private readonly Turns _turn = new(1);

    /// <summary>
    /// All settings that a source has, and the defaults that CouchDB shows. Secrets are replaced by <see cref="Hidden"/>.
    /// </summary>
    public IEnumerable<(string Section, string Key, string Value)> Entries =>
        settings.Known.Where(setting => setting.IsShown && settings.Find(setting.Section, setting.Key) is null)
            .Select(static setting => (setting.Section, setting.Key, Value: setting.Usual))
            .Concat(settings.Entries)
            .Select(entry => entry with { Value = Show(entry.Section, entry.Key, entry.Value) })
            .OrderBy(static entry => entry.Section, StringComparer.Ordinal)
            .ThenBy(static entry => entry.Key, StringComparer.Ordinal);

    /// <summary>The text of a setting; null where no source has it. A secret is replaced by <see cref="Hidden"/>.</summary>
    public string? Find(string section, string key)
    {
        var value = settings.FindExact(section, key)
            ?? (settings.Named(section, key) is { IsShown: true } shown && shown.Section == section ? shown.Usual : null);
        return value is null ? null : Show(section, key, value);
    }

    /// <summary>Changes a setting. The password of an admin is hashed.</summary>
    /// <param name="section">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or null to remove it.</param>
    /// <param name="persist">Whether the change is stored.</param>
    /// <param name="by">Who changes it, for the log.</param>
    /// <param name="cancellation">Cancels the wait for other changes.</param>
    /// <returns>The previous value, or null. A secret is replaced by <see cref="Hidden"/>.</returns>
    /// <exception cref="DocumentException">400: the name or the value is invalid. 403: it is for files alone.</exception>
    public async Task<string?> SetAsync(string section, string key, string? value, bool persist, string by, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(key);
        var text = value?.Trim();
        Refuse(section, key, text);
        await _turn.EnterAsync(cancellation);
        try
        {
            var before = Find(section, key);
            if (section == LocalSettings.AdminSection)
            {
                text = await SettleAdminAsync(key, text, cancellation);
            }
            else if (AccessSettings.IsSecret(section, key) && string.IsNullOrEmpty(text))
            {
                // Without a secret anyone could sign a cookie. A new one ends all sessions.
                text = Secrets.NewSecret();
            }

            settings.Set(section, key, text, persist, RequireAdmin);
            var change = text is null ? "was removed" : "was set to " + Show(section, key, text);
            log.Write(LogLevel.Notice, $"[{section}] {key} {change} by {by}");
            return before;
        }
        catch (ConfigurationException refused)
        {
            throw new DocumentException(DocumentError.BadRequest(refused.Message));
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <summary>Reads the files again. Changes that were not stored are dropped.</summary>
    /// <exception cref="DocumentException">400: a file cannot be read, or has an invalid value.</exception>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        await _turn.EnterAsync(cancellation);
        try
        {
            settings.Reload(RequireAdmin);
            AccessSettings.SettleSecret(settings, Secrets.NewSecret);
            foreach (var (name, password) in settings.Section(LocalSettings.AdminSection))
            {
                if (StoredPassword.TryParse(password) is null)
                {
                    settings.Set(LocalSettings.AdminSection, name, (await hasher.HashAsync(password, salt: null, cancellation)).Text);
                }
            }

            log.Write(LogLevel.Notice, "The settings were read again.");
        }
        catch (ConfigurationException refused)
        {
            throw new DocumentException(DocumentError.BadRequest(refused.Message));
        }
        finally
        {
            _turn.Leave();
        }
    }

    private static bool IsPrintable(string text) => !text.Any(static character => char.IsControl(character) && character != '\t');

    private string Show(string section, string key, string value) =>
        value.Length > 0 && settings.Named(section, key) is { IsSecret: true } ? Hidden : value;

    /// <summary>Refuses what a file would not give back as it is: a reader would take it for another setting, or for none.</summary>
    private static void RefuseIllegible(string section, string key, string? value)
    {
        if (!IsPrintable(section) || section.AsSpan().ContainsAny('[', ']') || Read(section, "key", "value") != (section, "key", "value"))
        {
            throw Invalid("section");
        }

        if (!IsPrintable(key) || key.AsSpan().ContainsAny('[', ']') || key[..Math.Min(key.Length, 1)] == "#"
            || Read(section, key, "value") != (section, key, "value"))
        {
            throw Invalid("key");
        }

        if (value is { Length: > 0 } && (!IsPrintable(value) || Read(section, key, value) != (section, key, value)))
        {
            throw Invalid("value");
        }
    }

    private static (string Section, string Key, string Value) Read(string section, string key, string value) =>
        IniFile.Parse(IniFile.Set(string.Empty, section, key, value)).FirstOrDefault();

    /// <summary>Nobody could undo a change after which no admin can sign in.</summary>
    private static void RequireAdmin(SettingsStore changed)
    {
        var options = PasswordSettings.Read(changed);
        if (!AccessSettings.TakesPasswords(changed)
            || !changed.Section(LocalSettings.AdminSection).Any(admin => StoredPassword.TryParse(admin.Value)?.Refuse(options) is null))
        {
            throw new ConfigurationException("After this change no admin could sign in.");
        }
    }

    private void Refuse(string section, string key, string? value)
    {
        RefuseIllegible(section, key, value);
        if (ForFilesOnly.Contains(section))
        {
            throw Forbidden("Config section blacklisted for modification over HTTP API.");
        }

        if (settings.Named(section, key) is not { } named)
        {
            return;
        }

        if (named.IsForFilesOnly)
        {
            throw Forbidden($"{named} can only be set in a file or on the command line.");
        }

        if (named.IsSecret && value == Hidden)
        {
            throw new DocumentException(DocumentError.BadRequest($"{Hidden} is what is shown in place of {named}; it is no value."));
        }
    }

    private static DocumentException Invalid(string part) => new(DocumentError.BadRequest($"Invalid configuration {part}"));

    private static DocumentException Forbidden(string reason) => new(new DocumentError(403, "forbidden", reason));

    private async Task<string?> SettleAdminAsync(string name, string? password, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(password))
        {
            return null;
        }

        if (name.Length > MaxNameLength)
        {
            throw Invalid("key");
        }

        if (StoredPassword.TryParse(password) is not null)
        {
            return password;
        }

        // Part of a hash would become a password that others may know.
        return password.StartsWith("-pbkdf2", StringComparison.Ordinal) || password.StartsWith("-hashed-", StringComparison.Ordinal)
            ? throw Invalid("value")
            : (await hasher.HashAsync(password, salt: null, cancellation)).Text;
    }
}
