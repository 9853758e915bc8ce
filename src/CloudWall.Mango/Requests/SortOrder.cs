using CloudWall.Documents.Json;

namespace CloudWall.Mango.Requests;

/// <summary>The fields by which results are sorted, or an index is (<c>sort</c>, <c>index.fields</c>); all in one direction.</summary>
/// <param name="Fields">The fields with their directions.</param>
public sealed record SortOrder(IReadOnlyList<(string Name, string Direction)> Fields)
{
    /// <summary>No order.</summary>
    public static SortOrder None { get; } = new([]);

    /// <summary>Whether it is descending.</summary>
    public bool IsDescending => Fields is [(_, "desc"), ..];

    /// <summary>The fields' names.</summary>
    public IReadOnlyList<string> Names => [.. Fields.Select(static each => each.Name)];

    /// <summary>Reads an order.</summary>
    /// <exception cref="Documents.DocumentException">
    /// 400 <c>invalid_sort_json</c>, <c>invalid_sort_field</c> or <c>unsupported_mixed_sort</c>.
    /// </exception>
    public static SortOrder Parse(NormalJson json)
    {
        if (!json.IsArray)
        {
            throw MangoErrors.Refuse(
                "invalid_sort_json", "Sort must be an array of sort specs, not: " + ErlangNotation.Print(json.Utf8.Span));
        }

        var order = new SortOrder([.. json.Elements().Select(ReadField)]);
        return order.Fields.Select(static field => field.Direction).Distinct().Count() <= 1
            ? order
            : throw MangoErrors.Refuse(
                "unsupported_mixed_sort", "Sorts currently only support a single direction for all fields.");
    }

    /// <summary>Writes it as an object, as CouchDB keeps it.</summary>
    public void Write(JsonBuffer json)
    {
        json.Raw("{"u8);
        for (var i = 0; i < Fields.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(Fields[i].Name).Raw(":"u8).Text(Fields[i].Direction);
        }

        json.Raw("}"u8);
    }

    private static (string Name, string Direction) ReadField(NormalJson json)
    {
        if (json.IsText && json.Text() is { Length: > 0 } name)
        {
            return (name, "asc");
        }

        return json.IsObject && json.Members() is [var (field, direction)] && direction.IsText && direction.Text() is "asc" or "desc"
            ? (field, direction.Text())
            : throw MangoErrors.Refuse("invalid_sort_field", "Invalid sort field: " + ErlangNotation.Print(json.Utf8.Span));
    }
}
