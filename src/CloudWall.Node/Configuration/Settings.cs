using System.Globalization;
using System.Text;

namespace CloudWall.Node.Configuration;

/// <summary>
/// Settings by section and key, with CouchDB's names (its documentation: "Configuration"), each from the last source that has it.
/// What no source has is at its default, which the reader of the setting names.
/// </summary>
public sealed class Settings
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<(string Section, string Key), (string Value, string Source)> _values = [];
    private readonly HashSet<(string Section, string Key)> _heeded = [];
    private readonly List<string> _unread = [];

    /// <summary>The text of a setting, or null. What CouchDB has moved to another section is found in the old one too.</summary>
    public string? this[string section, string key] => Find(section, key)?.Value;

    /// <summary>What nobody has asked for: settings that have no effect, perhaps misspelt.</summary>
    public IEnumerable<string> Unheeded => _values
        .Where(entry => !_heeded.Contains(entry.Key))
        .Select(static entry => $"[{entry.Key.Section}] {entry.Key.Key} (from {entry.Value.Source})");

    /// <summary>Adds a source that wins over those before it.</summary>
    /// <param name="values">Its settings.</param>
    /// <param name="source">Where they come from, for messages.</param>
    public void Add(IEnumerable<(string Section, string Key, string Value)> values, string source)
    {
        foreach (var (section, key, value) in values)
        {
            _values[(section, key)] = (value, source);
        }
    }

    /// <summary>Lines of files that were passed over because nothing could be made of them, as CouchDB passes them over.</summary>
    public IReadOnlyList<string> Unread => _unread;

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

    /// <summary>All settings of a section.</summary>
    public IReadOnlyList<(string Key, string Value)> Section(string section)
    {
        var entries = _values.Where(entry => entry.Key.Section == section).ToList();
        _heeded.UnionWith(entries.Select(static entry => entry.Key));
        return [.. entries.Select(static entry => (entry.Key.Key, entry.Value.Value))];
    }

    /// <summary>A text.</summary>
    public string Text(string section, string key, string otherwise) => this[section, key] ?? otherwise;

    /// <summary>A whole number.</summary>
    /// <exception cref="ConfigurationException">It is no number, or not in the range.</exception>
    public long Number(string section, string key, long otherwise, long least, long most)
    {
        if (this[section, key] is not { } text)
        {
            return otherwise;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
        {
            throw Invalid(section, key, most == long.MaxValue
                ? $"a whole number of at least {least}"
                : $"a whole number from {least} to {most}");
        }

        return number;
    }

    /// <summary>A whole number or <c>infinity</c>, which is null.</summary>
    /// <exception cref="ConfigurationException">It is neither.</exception>
    public long? NumberOrInfinity(string section, string key, long? otherwise, long least) =>
        this[section, key] switch
        {
            null => otherwise,
            "infinity" => null,
            _ => Number(section, key, 0, least, long.MaxValue),
        };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    /// <exception cref="ConfigurationException">It is neither.</exception>
    public bool Boolean(string section, string key, bool otherwise) => this[section, key] switch
    {
        null => otherwise,
        "true" => true,
        "false" => false,
        _ => throw Invalid(section, key, "true or false"),
    };

    /// <summary>A text that is one of several.</summary>
    /// <exception cref="ConfigurationException">It is none of them.</exception>
    public string Choice(string section, string key, string otherwise, params ReadOnlySpan<string> choices)
    {
        var text = this[section, key] ?? otherwise;
        return choices.Contains(text) ? text : throw Invalid(section, key, "one of " + string.Join(", ", choices!));
    }

    /// <summary>A list with commas.</summary>
    public string[] List(string section, string key, string otherwise) =>
        Text(section, key, otherwise).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The refusal of a value.</summary>
    public ConfigurationException Invalid(string section, string key, string wanted)
    {
        var (value, source) = Find(section, key) ?? (string.Empty, "nowhere");
        return new ConfigurationException($"[{section}] {key} must be {wanted}, not \"{value}\" (from {source}).");
    }

    private (string Value, string Source)? Find(string section, string key)
    {
        _heeded.Add((section, key));
        if (_values.TryGetValue((section, key), out var found))
        {
            return found;
        }

        // In [httpd], these two are those of a port that CouchDB kept for its own use.
        var former = section switch
        {
            "chttpd" when key is not ("port" or "bind_address") => "httpd",
            "chttpd_auth" => "couch_httpd_auth",
            _ => null,
        };
        return former is null ? null : Find(former, key);
    }
}
