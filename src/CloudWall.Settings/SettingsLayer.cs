using System.Collections.Immutable;

namespace CloudWall.Settings;

/// <summary>The settings of one source.</summary>
internal sealed record SettingsLayer
{
    /// <summary>Creates a layer.</summary>
    /// <param name="source">The name of the source, for messages: the path of a file.</param>
    /// <param name="values">Its settings. The last one of a name holds.</param>
    public SettingsLayer(string source, IEnumerable<(string Section, string Key, string Value)> values)
    {
        Source = source;
        Values = Of(values);
    }

    /// <summary>The name of the source, for messages: the path of a file.</summary>
    public string Source { get; }

    /// <summary>Its settings.</summary>
    public ImmutableDictionary<(string Section, string Key), string> Values { get; private init; }

    /// <summary>Whether the source is a file, which can be read again.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether a line of the file that cannot be parsed is an error.</summary>
    public bool MustBeWhole { get; init; }

    /// <summary>Whether changes are written to the file.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether the layer has the changes since the start.</summary>
    public bool IsOfChanges { get; init; }

    /// <summary>The layer with a setting changed.</summary>
    /// <param name="section">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or null to remove it.</param>
    public SettingsLayer With(string section, string key, string? value) =>
        this with { Values = value is null ? Values.Remove((section, key)) : Values.SetItem((section, key), value) };

    /// <summary>The layer with other settings.</summary>
    public SettingsLayer WithAll(IEnumerable<(string Section, string Key, string Value)> values) => this with { Values = Of(values) };

    private static ImmutableDictionary<(string Section, string Key), string> Of(
        IEnumerable<(string Section, string Key, string Value)> values) =>
        ImmutableDictionary<(string, string), string>.Empty.SetItems(
            values.Select(static entry => KeyValuePair.Create((entry.Section, entry.Key), entry.Value)));
}
