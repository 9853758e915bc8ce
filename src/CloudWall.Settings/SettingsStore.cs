using System.Collections.Immutable;
using System.Text;
using Values = System.Collections.Immutable.ImmutableSortedDictionary<(string Section, string Key), (string Value, string Source)>;

namespace CloudWall.Settings;

/// <summary>
/// The settings of a node by section and key. A later source overrides an earlier one; a setting that no source has is at its default
/// (<see cref="Setting{T}.Otherwise"/>). Settings can change while the node runs: features that follow them (<see cref="Follow"/>) get
/// the new values at once.
/// </summary>
/// <param name="known">The definitions of all settings that have an effect.</param>
/// <param name="save">Persists a change: section, key, and the value, or null to remove it.</param>
public sealed class SettingsStore(IReadOnlyList<Setting> known, Action<string, string, string?>? save = null)
{
    private const string Changed = "a change";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Values None =
        ImmutableSortedDictionary.Create<(string, string), (string, string)>(Comparer<(string Section, string Key)>.Create(Compare));

    private readonly Lock _changing = new();
    private readonly List<string> _unread = [];
    private readonly List<Action> _followers = [];
    private ImmutableList<SettingsLayer> _layers = [];
    private Values _values = None;

    /// <summary>Lines of files that were ignored because they cannot be parsed. CouchDB ignores them too.</summary>
    public IReadOnlyList<string> Unread => _unread;

    /// <summary>Settings that have no effect, perhaps because they are misspelt: <c>[section] key (from source)</c>.</summary>
    public IEnumerable<string> Unknown => _values
        .Where(entry => !known.Any(setting => Names(setting, entry.Key.Section, entry.Key.Key)))
        .Select(static entry => $"[{entry.Key.Section}] {entry.Key.Key} (from {entry.Value.Source})");

    /// <summary>Adds a source that overrides those before it.</summary>
    /// <param name="values">Its settings.</param>
    /// <param name="source">The name of the source, for messages.</param>
    public void Add(IEnumerable<(string Section, string Key, string Value)> values, string source)
    {
        lock (_changing)
        {
            Use(_layers.Add(new SettingsLayer(source, values)));
        }
    }

    /// <summary>Adds a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mustBeWhole">Whether a line that cannot be parsed is an error. Otherwise it is added to <see cref="Unread"/>.</param>
    /// <param name="isOwn">Whether changes are written to this file. It may be missing.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or a line of it cannot be parsed.</exception>
    public void AddFile(string path, bool mustBeWhole = false, bool isOwn = false)
    {
        var layer = new SettingsLayer(path, []) { IsFile = true, MustBeWhole = mustBeWhole, IsOwn = isOwn };
        lock (_changing)
        {
            Use(_layers.Add(Read(layer, _unread)));
        }
    }

    /// <summary>Reads all files again. Changes that were not persisted are dropped.</summary>
    /// <param name="check">Gets the settings as they would be, and throws where they must not become so.</param>
    /// <exception cref="ConfigurationException">A file cannot be read, or has an invalid value. Nothing has changed.</exception>
    public void Reload(Action<SettingsStore>? check = null)
    {
        lock (_changing)
        {
            var layers = _layers.RemoveAll(static layer => layer.IsOfChanges).ConvertAll(Again);
            foreach (var ((section, key), (value, source)) in Merge(layers))
            {
                if (Named(section, key) is { } named && value.Length > 0 && !named.Accepts(value))
                {
                    throw Invalid(named, value, source);
                }
            }

            check?.Invoke(Preview(layers));
            Use(layers);
            Tell();
        }
    }

    /// <summary>
    /// The text of a setting, or null. A setting that CouchDB has moved to another section is also found in its former one.
    /// </summary>
    public string? Find(string section, string key) => FindEntry(section, key)?.Value;

    /// <summary>The definitions of all settings that have an effect.</summary>
    public IReadOnlyList<Setting> Known => known;

    /// <summary>The text of a setting under this very name, or null.</summary>
    public string? FindExact(string section, string key) => _values.TryGetValue((section, key), out var found) ? found.Value : null;

    /// <summary>The definition of a setting, by its present or former name; null where it has no effect.</summary>
    public Setting? Named(string section, string key) => known.FirstOrDefault(setting => Names(setting, section, key));

    /// <summary>All sections with their settings, each ordered by name.</summary>
    public IEnumerable<(string Section, string Key, string Value)> Entries =>
        _values.Select(static entry => (entry.Key.Section, entry.Key.Key, entry.Value.Value));

    /// <summary>All settings of a section, ordered by key.</summary>
    public IReadOnlyList<(string Key, string Value)> Section(string section) =>
        [.. _values.Where(entry => entry.Key.Section == section).Select(static entry => (entry.Key.Key, entry.Value.Value))];

    /// <summary>The value of a setting.</summary>
    /// <exception cref="ConfigurationException">A source has an invalid value.</exception>
    public T Get<T>(Setting<T> setting)
    {
        if (FindEntry(setting.Section, setting.Key) is not { } found)
        {
            return setting.Otherwise;
        }

        // An empty text takes a setting back.
        return setting.TryParse(found.Value, out var value) ? value
            : found.Value.Length == 0 ? setting.Otherwise
            : throw Invalid(setting, found.Value, found.Source);
    }

    /// <summary>Changes a setting, and updates the options of all features that follow it.</summary>
    /// <param name="section">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or null to remove it: what a source says that the change had overridden holds again.</param>
    /// <param name="persist">
    /// Whether the change is stored. Otherwise it is lost when the node ends, or reads its files again. Files have no empty values: such a
    /// one is removed from the file.
    /// </param>
    /// <param name="check">Gets the settings as they would be, and throws where they must not become so.</param>
    /// <returns>The previous value, or null.</returns>
    /// <exception cref="ConfigurationException">The value is invalid for a known setting, or the change cannot be written.</exception>
    public string? Set(string section, string key, string? value, bool persist = true, Action<SettingsStore>? check = null)
    {
        lock (_changing)
        {
            var before = Find(section, key);
            if (value is not null && Named(section, key) is { } named && value.Length > 0 && !named.Accepts(value))
            {
                throw Invalid(named, value, Changed);
            }

            var stored = string.IsNullOrEmpty(value) ? null : value;
            var layers = _layers.Exists(static layer => layer.IsOfChanges)
                ? _layers
                : _layers.Add(new SettingsLayer(Changed, []) { IsOfChanges = true });
            layers = layers.ConvertAll(layer =>
                layer.IsOfChanges ? layer.With(section, key, value) : persist && layer.IsOwn ? layer.With(section, key, stored) : layer);
            check?.Invoke(Preview(layers));
            if (persist)
            {
                save?.Invoke(section, key, stored);
            }

            Use(layers);
            Tell();
            return before;
        }
    }

    /// <summary>Reads the options of a feature now and after each change.</summary>
    /// <typeparam name="T">The options of the feature.</typeparam>
    /// <param name="read">Reads the options.</param>
    /// <returns>The options, which stay current.</returns>
    /// <exception cref="ConfigurationException">A source has an invalid value.</exception>
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

    private static Values Merge(IEnumerable<SettingsLayer> layers)
    {
        var merged = None.ToBuilder();
        foreach (var layer in layers)
        {
            foreach (var (name, value) in layer.Values)
            {
                merged[name] = (value, layer.Source);
            }
        }

        return merged.ToImmutable();
    }

    /// <summary>Reads the file of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="unread">Gets the lines that cannot be parsed, where they are no error.</param>
    private static SettingsLayer Read(SettingsLayer layer, List<string> unread)
    {
        var path = layer.Source;
        try
        {
            if (layer.IsOwn && !File.Exists(path))
            {
                return layer.WithAll([]);
            }

            var text = Utf8.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
            foreach (var line in IniFile.FindFaults(text))
            {
                var fault = $"Line {line} of the configuration file {path} is neither a section, nor a setting in one, nor a comment";
                if (layer.MustBeWhole)
                {
                    throw new ConfigurationException(
                        $"{fault}. Repair the file, or restore it from a backup. The node has not changed it.");
                }

                unread.Add(fault);
            }

            return layer.WithAll(IniFile.Parse(text));
        }
        catch (DecoderFallbackException e)
        {
            throw new ConfigurationException($"The configuration file {path} is damaged: it is not valid UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be read: {e.Message}", e);
        }
    }

    private static ConfigurationException Invalid(Setting setting, string value, string source) =>
        new($"{setting} must be {setting.Wanted}{(setting.IsSecret ? string.Empty : $", not \"{value}\"")} (from {source}).");

    private static int Compare((string Section, string Key) one, (string Section, string Key) other) =>
        string.CompareOrdinal(one.Section, other.Section) is not 0 and var order ? order : string.CompareOrdinal(one.Key, other.Key);

    /// <summary>
    /// Whether a definition is that of a setting, by its present name or by the one that it had in earlier versions of CouchDB.
    /// </summary>
    private static bool Names(Setting setting, string section, string key) =>
        IsNamed(setting.Key, key)
        && (IsNamed(setting.Section, section) || (Former(setting.Section, key) is { } former && former == section));

    private static bool IsNamed(string pattern, string name) =>
        pattern.IndexOf(Setting.Placeholder, StringComparison.Ordinal) is >= 0 and var at
            ? name.Length > at && name.AsSpan().StartsWith(pattern.AsSpan(0, at), StringComparison.Ordinal)
            : pattern == name;

    private static string? Former(string section, string key) => section switch
    {
        // In [httpd], these two belong to the port that CouchDB kept for its own use.
        "chttpd" when key is not ("port" or "bind_address") => "httpd",
        "chttpd_auth" => "couch_httpd_auth",
        _ => null,
    };

    /// <summary>Reads a file again, which must be there: it was at the start, or a change has made it.</summary>
    private static SettingsLayer Again(SettingsLayer layer) =>
        !layer.IsFile ? layer
            : File.Exists(layer.Source) ? Read(layer, [])
            : throw new ConfigurationException($"The configuration file {layer.Source} is missing.");

    private SettingsStore Preview(ImmutableList<SettingsLayer> layers)
    {
        var preview = new SettingsStore(known);
        preview.Use(layers);
        return preview;
    }

    private void Use(ImmutableList<SettingsLayer> layers)
    {
        _layers = layers;
        _values = Merge(layers);
    }

    private void Tell()
    {
        foreach (var follower in _followers)
        {
            follower();
        }
    }

    private (string Value, string Source)? FindEntry(string section, string key) =>
        _values.TryGetValue((section, key), out var found)
            ? found
            : Former(section, key) is { } former ? FindEntry(former, key) : null;
}
