namespace CloudWall.Settings;

/// <summary>
/// The definition of one setting: its name, its valid values, its default and its effect. Names are CouchDB's (its documentation:
/// "Configuration"); those in <c>[cloudwall]</c> are ours.
/// </summary>
public abstract class Setting
{
    /// <summary>Marks a <see cref="Section"/> that contains a name chosen by the administrator: <c>smoosh.{channel}</c>.</summary>
    public const char Placeholder = '{';

    private protected Setting(string section, string key, string usual, string effect)
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        ArgumentException.ThrowIfNullOrEmpty(key);
        Section = section;
        Key = key;
        Usual = usual;
        Effect = effect;
    }

    /// <summary>The section, without brackets.</summary>
    public string Section { get; }

    /// <summary>The key within the section.</summary>
    public string Key { get; }

    /// <summary>The default as documentation shows it, usually the text that a file would have.</summary>
    public string Usual { get; }

    /// <summary>The effect of the setting, as a sentence.</summary>
    public string Effect { get; }

    /// <summary>The valid values as documentation and errors describe them: <c>a whole number from 1 to 100</c>.</summary>
    public abstract string Wanted { get; }

    /// <summary>
    /// Whether only files and the command line may set it. Holds for settings that name a file, a directory, a store, a listening address
    /// or a program.
    /// </summary>
    public bool IsForFilesOnly { get; init; }

    /// <summary>Whether it is read once, when the node starts, so that a change waits for the next start.</summary>
    public bool IsReadAtStart { get; init; }

    /// <summary>Whether its value lets those who know it sign in. It is neither shown nor logged.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it is listed even if no source has it: CouchDB's own files have it.</summary>
    public bool IsShown { get; init; }

    /// <summary>Whether a text is a valid value.</summary>
    public abstract bool Accepts(string text);

    /// <inheritdoc/>
    public override string ToString() => $"[{Section}] {Key}";
}

/// <summary>The definition of a setting with values of one type.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <param name="section">The section, without brackets.</param>
/// <param name="key">The key in it.</param>
/// <param name="kind">The valid values.</param>
/// <param name="otherwise">The default.</param>
/// <param name="effect">The effect of the setting, as a sentence.</param>
/// <param name="usual">The default as documentation shows it, where that differs from its plain text.</param>
public sealed class Setting<T>(string section, string key, SettingKind<T> kind, T otherwise, string effect, string? usual = null)
    : Setting(section, key, usual ?? kind.Format(otherwise), effect)
{
    /// <summary>The default: the value where no source sets one.</summary>
    public T Otherwise { get; } = otherwise;

    /// <inheritdoc/>
    public override string Wanted => kind.Wanted;

    /// <inheritdoc/>
    public override bool Accepts(string text) => kind.TryParse(text, out _);

    /// <summary>Parses a value.</summary>
    /// <param name="text">The text from a source.</param>
    /// <param name="value">The value.</param>
    /// <returns>False where the text is not a valid value.</returns>
    public bool TryParse(string text, out T value) => kind.TryParse(text, out value);

    /// <summary>The same setting in a section whose name the administrator chose, with its own default.</summary>
    /// <param name="named">The section, such as <c>smoosh.ratio_dbs</c>.</param>
    /// <param name="value">The default.</param>
    public Setting<T> In(string named, T value) => new(named, Key, kind, value, Effect)
    {
        IsForFilesOnly = IsForFilesOnly,
        IsReadAtStart = IsReadAtStart,
        IsSecret = IsSecret,
    };

    /// <summary>The same setting under a key that the administrator chose.</summary>
    /// <param name="key">The key, such as <c>hmac:mine</c>.</param>
    public Setting<T> Named(string key) => new(Section, key, kind, Otherwise, Effect)
    {
        IsForFilesOnly = IsForFilesOnly,
        IsReadAtStart = IsReadAtStart,
        IsSecret = IsSecret,
    };

    /// <summary>The same setting in a section whose name the administrator chose.</summary>
    /// <param name="named">The section.</param>
    public Setting<T> In(string named) => In(named, Otherwise);
}
