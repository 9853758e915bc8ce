using System.Collections.Immutable;
using System.Text;

namespace CloudWall.Settings;

/// <summary>
/// The settings of a node by section and key, each from the last source that has it. What no source has is at its default
/// (<see cref="Setting{T}.Otherwise"/>). They can change while the node runs: whoever follows them (<see cref="Follow"/>) has the new
/// values at once.
/// </summary>
/// <param name="known">All settings that have an effect.</param>
/// <param name="save">Writes a change to where it outlives the process: section, key, and the value, or null for none.</param>
public sealed class SettingsStore(IReadOnlyList<Setting> known, Action<string, string, string?>? save = null)
{
    private const string Changed = "a change";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Lock _changing = new();
    private readonly List<string> _unread = [];
    private readonly List<Action> _followers = [];
    private ImmutableSortedDictionary<(string Section, string Key), (string Value, string Source)> _values =
        ImmutableSortedDictionary.Create<(string, string), (string, string)>(Comparer<(string Section, string Key)>.Create(Compare));

    /// <summary>Lines of files that were passed over because nothing could be made of them, as CouchDB passes them over.</summary>
    public IReadOnlyList<string> Unread => _unread;

    /// <summary>What is set and has no effect, perhaps because it is misspelt: <c>[section] key (from source)</c>.</summary>
    public IEnumerable<string> Unknown => _values
        .Where(entry => !known.Any(setting => Names(setting, entry.Key.Section, entry.Key.Key)))
        .Select(static entry => $"[{entry.Key.Section}] {entry.Key.Key} (from {entry.Value.Source})");

    /// <summary>Adds a source that wins over those before it.</summary>
    /// <param name="values">Its settings.</param>
    /// <param name="source">Where they come from, for messages.</param>
    public void Add(IEnumerable<(string Section, string Key, string Value)> values, string source)
    {
        lock (_changing)
        {
            _values = _values.SetItems(values.Select(
                entry => KeyValuePair.Create((entry.Section, entry.Key), (entry.Value, source))));
        }
    }

    /// <summary>Adds a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mustBeWhole">Whether a line of which nothing can be made is a failure; else it is <see cref="Unread"/>.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or is not whole.</exception>
    public void AddFile(string path, bool mustBeWhole = false)
    {
        try
        {
            var text = Utf8.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
            foreach (var line in IniFile.FindFaults(text))
            {
                var fault = $"Line {line} of the configuration file {path} is neither a section, nor a setting in one, nor a comment";
                if (mustBeWhole)
                {
                    throw new ConfigurationException($"{fault}. Mend the file, or put it back from a backup: it was left as it is.");
                }

                _unread.Add(fault);
            }

            Add(IniFile.Parse(text), path);
        }
        catch (DecoderFallbackException e)
        {
            throw new ConfigurationException($"The configuration file {path} is damaged: it is no text in UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The text of a setting, or null. What CouchDB has moved to another section is found in the old one too.</summary>
    public string? Find(string section, string key) => FindEntry(section, key)?.Value;

    /// <summary>All settings of a section, in the order of their keys.</summary>
    public IReadOnlyList<(string Key, string Value)> Section(string section) =>
        [.. _values.Where(entry => entry.Key.Section == section).Select(static entry => (entry.Key.Key, entry.Value.Value))];

    /// <summary>The value of a setting.</summary>
    /// <exception cref="ConfigurationException">What a source has is none.</exception>
    public T Get<T>(Setting<T> setting)
    {
        if (FindEntry(setting.Section, setting.Key) is not { } found)
        {
            return setting.Otherwise;
        }

        return setting.TryParse(found.Value, out var value) ? value : throw Invalid(setting, found.Value, found.Source);
    }

    /// <summary>Changes a setting, here and where it outlives the process. All who follow it have the new value afterwards.</summary>
    /// <param name="section">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or null to remove it.</param>
    /// <returns>What it was, or null.</returns>
    /// <exception cref="ConfigurationException">It is a setting that is known and cannot be that, or it cannot be written.</exception>
    public string? Set(string section, string key, string? value)
    {
        lock (_changing)
        {
            var before = Find(section, key);
            if (value is not null && known.FirstOrDefault(setting => Names(setting, section, key)) is { } named && !named.Accepts(value))
            {
                throw Invalid(named, value, Changed);
            }

            save?.Invoke(section, key, value);
            _values = value is null ? _values.Remove((section, key)) : _values.SetItem((section, key), (value, Changed));
            foreach (var follower in _followers)
            {
                follower();
            }

            return before;
        }
    }

    /// <summary>Reads what a feature needs, now and after each change.</summary>
    /// <typeparam name="T">The options of the feature.</typeparam>
    /// <param name="read">Reads them.</param>
    /// <returns>What always has the present ones.</returns>
    /// <exception cref="ConfigurationException">A source has a value that cannot be.</exception>
    public FollowedSettings<T> Follow<T>(Func<SettingsStore, T> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (_changing)
        {
            var followed = new FollowedSettings<T>(read(this));
            _followers.Add(() => followed.Value = read(this));
            return followed;
        }
    }

    private static ConfigurationException Invalid(Setting setting, string value, string source) =>
        new($"{setting} must be {setting.Wanted}, not \"{value}\" (from {source}).");

    private static int Compare((string Section, string Key) one, (string Section, string Key) other) =>
        string.CompareOrdinal(one.Section, other.Section) is not 0 and var order ? order : string.CompareOrdinal(one.Key, other.Key);

    /// <summary>Whether a definition is that of a setting, under its present name or the one that it had in earlier versions of CouchDB.</summary>
    private static bool Names(Setting setting, string section, string key) =>
        IsNamed(setting.Key, key) && (IsNamed(setting.Section, section) || (Former(setting.Section, key) is { } former && former == section));

    private static bool IsNamed(string pattern, string name) =>
        pattern.IndexOf(Setting.Placeholder, StringComparison.Ordinal) is >= 0 and var at
            ? name.Length > at && name.AsSpan().StartsWith(pattern.AsSpan(0, at), StringComparison.Ordinal)
            : pattern == name;

    private static string? Former(string section, string key) => section switch
    {
        // In [httpd], these two are those of a port that CouchDB kept for its own use.
        "chttpd" when key is not ("port" or "bind_address") => "httpd",
        "chttpd_auth" => "couch_httpd_auth",
        _ => null,
    };

    private (string Value, string Source)? FindEntry(string section, string key) =>
        _values.TryGetValue((section, key), out var found)
            ? found
            : Former(section, key) is { } former ? FindEntry(former, key) : null;
}
