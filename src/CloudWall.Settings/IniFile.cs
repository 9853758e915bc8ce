using System.Text;
using System.Text.RegularExpressions;
using CloudWall.Storage;

namespace CloudWall.Settings;

/// <summary>
/// CouchDB's configuration files: <c>[section]</c>, <c>key = value</c>, and comments, which begin with a semicolon at the start of a line
/// or after white space. Changing a value leaves the rest of the file as it is.
/// </summary>
public static partial class IniFile
{
    /// <summary>The settings in a file's text, in the order of the file.</summary>
    public static IEnumerable<(string Section, string Key, string Value)> Parse(string text)
    {
        var section = string.Empty;
        foreach (var line in Lines(text))
        {
            var content = WithoutComment(line);
            if (content.StartsWith('['))
            {
                if (SectionOf(content) is { } name)
                {
                    section = name;
                }
            }
            else if (section.Length > 0 && KeyAndValueOf(content) is { } pair)
            {
                yield return (section, pair.Key, pair.Value);
            }
        }
    }

    /// <summary>Finds lines that are neither a section header, nor a setting within a section, nor a comment, nor blank.</summary>
    /// <returns>The line numbers, from 1.</returns>
    public static IEnumerable<int> FindFaults(string text)
    {
        var number = 0;
        var inSection = false;
        foreach (var line in Lines(text))
        {
            number++;
            var content = WithoutComment(line);
            if (content.StartsWith('['))
            {
                inSection = SectionOf(content) is not null;
                if (!inSection)
                {
                    yield return number;
                }
            }
            else if (content.AsSpan().ContainsAnyInRange('\u0000', '\u0008')
                || (content.Length > 0 && !content.StartsWith('#') && !(inSection && content.IndexOf('=', StringComparison.Ordinal) > 0)))
            {
                // A key without a value leaves the setting at its default. A line that begins with '#' is a comment in other formats, and
                // harmless.
                yield return number;
            }
        }
    }

    /// <summary>Sets or removes a value in a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="section">The section, which is added where there is none.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or null to remove it.</param>
    public static string Set(string text, string section, string key, string? value)
    {
        var lines = Lines(text).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        var current = string.Empty;
        var end = -1;
        for (var i = 0; i < lines.Count; i++)
        {
            var content = WithoutComment(lines[i]);
            if (content.StartsWith('['))
            {
                current = SectionOf(content) ?? current;
            }
            else if (current == section && KeyOf(content) == key)
            {
                lines.RemoveAt(i--);
                end = i;
                continue;
            }

            if (current == section && lines[i].Length > 0)
            {
                end = i;
            }
        }

        if (value is not null)
        {
            if (end < 0)
            {
                if (lines.Count > 0)
                {
                    lines.Add(string.Empty);
                }

                lines.Add($"[{section}]");
                end = lines.Count - 1;
            }

            lines.Insert(end + 1, $"{key} = {value}");
        }

        return lines.Count == 0 ? string.Empty : string.Join('\n', lines) + "\n";
    }

    /// <summary>Sets a value in a file atomically. Only the owner can read the file afterwards.</summary>
    /// <exception cref="ConfigurationException">The file cannot be written.</exception>
    public static void Save(string path, string section, string key, string? value)
    {
        try
        {
            Replace(path, section, key, value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be written: {e.Message}", e);
        }
    }

    private static void Replace(string path, string section, string key, string? value)
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        DurableDirectory.Replace(
            Path.GetFullPath(path), Encoding.UTF8.GetBytes(Set(text, section, key, value)), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string[] Lines(string text) => text.Split(["\r\n", "\n", "\r"], StringSplitOptions.None);

    private static string WithoutComment(string line)
    {
        var content = line.Trim();
        return content.StartsWith(';') ? string.Empty : InlineComment().Replace(content, string.Empty).Trim();
    }

    private static string? SectionOf(string content)
    {
        var end = content.IndexOf(']', StringComparison.Ordinal);
        return end > 1 && end == content.Length - 1 ? content[1..end] : null;
    }

    // A key may contain an equals sign if the separator has a space on either side.
    private static (string Key, string Value)? KeyAndValueOf(string content)
    {
        var at = content.IndexOf(" = ", StringComparison.Ordinal);
        var (key, value) = at > 0
            ? (content[..at], content[(at + 3)..])
            : content.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                ? (content[..equals], content[(equals + 1)..])
                : (string.Empty, string.Empty);
        return key.Length > 0 && value.Length > 0 ? (key.Trim(), value.Trim()) : null;
    }

    // A key without a value has no effect, but it is the setting's line.
    private static string KeyOf(string content)
    {
        var at = content.IndexOf(" = ", StringComparison.Ordinal);
        at = at > 0 ? at : content.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? content[..at].Trim() : string.Empty;
    }

    [GeneratedRegex("[ \t];.*$")]
    private static partial Regex InlineComment();
}
