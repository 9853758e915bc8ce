using CloudWall.Documents.Json;
using CloudWall.Mango.Matching;

namespace CloudWall.Mango.Fields;

/// <summary>The fields that are shown of documents (<c>fields</c> of <c>/{db}/_find</c>). Thread-safe.</summary>
public sealed class Projection
{
    private readonly PathTree _paths = new();
    private readonly (FieldPath Path, int Place)[] _fields;

    /// <summary>Whether no field is within another's value, so that what is found is written one after the other.</summary>
    private readonly bool _isFlat;

    private Projection(IReadOnlyList<string> names)
    {
        Names = names;
        _fields = [.. names.Select(FieldPath.Parse).Select(path => (path, _paths.Add(path)))];
        _isFlat = _fields.All(static field => field.Path.Names.Count == 1)
            && _fields.Select(static field => field.Place).Distinct().Count() == _fields.Length;
    }

    /// <summary>The names of the fields.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads the fields.</summary>
    /// <param name="json">A list of names.</param>
    /// <returns>Null for an empty list, which stands for whole documents.</returns>
    /// <exception cref="Documents.DocumentException">
    /// 400 <c>invalid_fields</c>, <c>invalid_field</c> or <c>invalid_field_name</c>.
    /// </exception>
    public static Projection? Parse(NormalJson json)
    {
        if (!json.IsArray)
        {
            throw MangoErrors.Refuse("invalid_fields", "Fields must be an array of strings, not: " + ErlangNotation.Print(json.Utf8.Span));
        }

        var names = new List<string>();
        foreach (var element in json.Elements())
        {
            names.Add(element.IsText
                ? element.Text()
                : throw MangoErrors.Refuse("invalid_field", "Invalid JSON for field spec: " + ErlangNotation.Print(element.Utf8.Span)));
        }

        return names.Count == 0 ? null : new Projection(names);
    }

    /// <summary>Writes the fields that a document has, as an object.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="document">The document, in normal form. It may not lie in the output's buffer.</param>
    public void Write(JsonBuffer output, ReadOnlySpan<byte> document)
    {
        var places = new Found[_paths.Count];
        _paths.Find(document, places);
        if (!_isFlat)
        {
            WriteNested(output, document, places);
            return;
        }

        var isFirst = true;
        foreach (var (path, place) in _fields)
        {
            if (places[place] is { IsThere: true } found)
            {
                output.Raw(isFirst ? "{"u8 : ","u8).Text(path.Names[0]).Raw(":"u8).Raw(document[found.Start..found.End]);
                isFirst = false;
            }
        }

        output.Raw(isFirst ? "{}"u8 : "}"u8);
    }

    private void WriteNested(JsonBuffer output, ReadOnlySpan<byte> document, ReadOnlySpan<Found> places)
    {
        var root = new NestedMember(string.Empty);
        foreach (var (path, place) in _fields)
        {
            if (places[place] is { IsThere: true } found)
            {
                root.Set(path.Names, found);
            }
        }

        root.Write(output, document);
    }
}
