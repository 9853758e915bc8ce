using System.Buffers;
using System.Text;

namespace CloudWall.Documents.Databases;

/// <summary>CouchDB's rules for database names.</summary>
internal static class DatabaseName
{
    // A segment of the name plus CouchDB's suffix must fit into a file name of 255 bytes.
    private const int MaxSegment = 238;

    private static readonly SearchValues<char> LegalCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_$()+-/");

    private static readonly string[] SystemNames = ["_dbs", "_global_changes", "_metadata", "_nodes", "_replicator", "_users"];

    /// <summary>Checks a name.</summary>
    /// <exception cref="DocumentException">400: <c>illegal_database_name</c> or <c>database_name_too_long</c>.</exception>
    public static void Validate(string name)
    {
        if (!IsLegal(name) && !IsSystem(name))
        {
            throw new DocumentException(new DocumentError(
                400,
                "illegal_database_name",
                $"Name: '{name}'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and / "
                + "are allowed. Must begin with a letter."));
        }

        if (name.Split('/').Any(static segment => Encoding.UTF8.GetByteCount(segment) > MaxSegment))
        {
            throw new DocumentException(new DocumentError(
                400, "database_name_too_long", $"At least one path segment of `{name}` is too long."));
        }
    }

    private static bool IsLegal(ReadOnlySpan<char> name) =>
        name.Length > 0
        && char.IsAsciiLetterLower(name[0])
        && !name.ContainsAnyExcept(LegalCharacters);

    // CouchDB's per-user databases may have such a name after a slash.
    private static bool IsSystem(string name)
    {
        var slash = name.LastIndexOf('/');
        return SystemNames.Contains(name[(slash + 1)..]) && (slash < 0 || IsLegal(name.AsSpan(0, slash)));
    }
}
