using System.Globalization;
using System.Text;

namespace CloudWall.Mango.Fields;

/// <summary>
/// The name of a field as a path: names of members, or positions in arrays, between dots. A backslash before a dot makes it part of a name
/// (CouchDB's documentation: "/{db}/_find", "Subfields").
/// </summary>
internal sealed class FieldPath
{
    private FieldPath(string[] names) => Names = names;

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads a name.</summary>
    /// <returns>Null where a part of it is empty.</returns>
    public static FieldPath? TryParse(string field)
    {
        var names = field.Contains('\\', StringComparison.Ordinal) ? SplitEscaped(field) : field.Split('.');
        return names.Contains(string.Empty)
            ? null
            : new FieldPath([.. names.Select(static name => name.Replace("\\", "", StringComparison.Ordinal))]);
    }

    /// <summary>Reads a name.</summary>
    /// <exception cref="Documents.DocumentException">400 <c>invalid_field_name</c>.</exception>
    public static FieldPath Parse(string field) => TryParse(field) ?? throw MangoErrors.NoField(field);

    /// <summary>A name as a position in an array, as Erlang reads integers; null where it is none.</summary>
    public static int? Position(string name)
    {
        var digits = name is ['+' or '-', ..] ? name.AsSpan(1) : name;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        digits = digits.TrimStart('0');
        return digits.IsEmpty ? 0
            : name[0] == '-' ? null
            : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
            : null;
    }

    private static string[] SplitEscaped(string field)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '.' && (i == 0 || field[i - 1] != '\\'))
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else
            {
                name.Append(field[i]);
            }
        }

        names.Add(name.ToString());
        return [.. names];
    }
}
