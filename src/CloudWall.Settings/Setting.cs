namespace CloudWall.Settings;

/// <summary>
/// One setting: its name, what it may be, what it is where nobody has set it, and what it does. Names are CouchDB's (its documentation:
/// "Configuration"); those in <c>[cloudwall]</c> are ours.
/// </summary>
public abstract class Setting
{
    /// <summary>Stands in a <see cref="Section"/> for a name that the administrator chooses: <c>smoosh.{channel}</c>.</summary>
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

    /// <summary>The key in it.</summary>
    public string Key { get; }

    /// <summary>What the setting is where no source has it, for people: mostly the text that a file would have.</summary>
    public string Usual { get; }

    /// <summary>What it does, as a sentence.</summary>
    public string Effect { get; }

    /// <summary>What it may be, for people: <c>a whole number from 1 to 100</c>.</summary>
    public abstract string Wanted { get; }

    /// <summary>
    /// Whether it names a file, a directory, a store, an address to listen on or a program, so that only whoever may edit files may set it.
    /// </summary>
    public bool IsForFilesOnly { get; init; }

    /// <summary>Whether a text is a value of the setting.</summary>
    public abstract bool Accepts(string text);

    /// <inheritdoc/>
    public override string ToString() => $"[{Section}] {Key}";
}

/// <summary>A setting whose values are of one type.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <param name="section">The section, without brackets.</param>
/// <param name="key">The key in it.</param>
/// <param name="kind">What it may be.</param>
/// <param name="otherwise">The value where no source has it.</param>
/// <param name="effect">What it does, as a sentence.</param>
/// <param name="usual">That value for people, where it is not its plain text.</param>
public sealed class Setting<T>(string section, string key, SettingKind<T> kind, T otherwise, string effect, string? usual = null)
    : Setting(section, key, usual ?? kind.Format(otherwise), effect)
{
    /// <summary>The value where no source has it.</summary>
    public T Otherwise { get; } = otherwise;

    /// <inheritdoc/>
    public override string Wanted => kind.Wanted;

    /// <inheritdoc/>
    public override bool Accepts(string text) => kind.TryParse(text, out _);

    /// <summary>Reads a value.</summary>
    /// <param name="text">The text of a source.</param>
    /// <param name="value">The value.</param>
    /// <returns>False where the text is none.</returns>
    public bool TryParse(string text, out T value) => kind.TryParse(text, out value);

    /// <summary>The same setting in a section whose name the administrator has chosen, with a default of its own.</summary>
    /// <param name="named">The section, such as <c>smoosh.ratio_dbs</c>.</param>
    /// <param name="value">The value where no source has it.</param>
    public Setting<T> In(string named, T value) => new(named, Key, kind, value, Effect) { IsForFilesOnly = IsForFilesOnly };

    /// <summary>The same setting in a section whose name the administrator has chosen.</summary>
    /// <param name="named">The section.</param>
    public Setting<T> In(string named) => In(named, Otherwise);
}
