using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Fields;
using CloudWall.Mango.Matching;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Indexes;

/// <summary>
/// Makes the rows of an index: a document that has all of its fields, and matches the filter of a partial index, has one, whose key are the
/// values. Design documents have none. Thread-safe.
/// </summary>
public sealed class IndexRows
{
    private readonly PathTree _paths = new();
    private readonly int[] _places;
    private readonly Selector _filter;

    private IndexRows(IEnumerable<string> fields, Selector filter)
    {
        _places = [.. fields.Select(field => _paths.Add(FieldPath.Parse(field)))];
        _filter = filter;
    }

    /// <summary>Reads the definition of an index: the <c>map</c> of its view.</summary>
    /// <returns>Null where it is none; such an index has no rows.</returns>
    public static IndexRows? TryParse(string definition)
    {
        try
        {
            var json = NormalJson.Parse(Encoding.UTF8.GetBytes(definition));
            var filter = Filter(json, "partial_filter_selector"u8) ?? Filter(json, "selector"u8) ?? Selector.All;
            return json.Member("fields"u8) is { IsObject: true } fields
                ? new IndexRows(fields.Members().Select(static field => field.Name), filter)
                : null;
        }
        catch (DocumentException)
        {
            return null;
        }
    }

    /// <summary>Writes the key of a document's row.</summary>
    /// <param name="key">Where to.</param>
    /// <param name="document">The document, in normal form.</param>
    /// <returns>Whether it has a row. If not, nothing is written.</returns>
    public bool TryWriteKey(JsonBuffer key, ReadOnlySpan<byte> document)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (document.StartsWith("{\"_id\":\"_design/"u8))
        {
            return false;
        }

        var places = new Found[_paths.Count];
        _paths.Find(document, places);
        foreach (var place in _places)
        {
            if (!places[place].IsThere)
            {
                return false;
            }
        }

        if (!_filter.Matches(document))
        {
            return false;
        }

        key.Raw("["u8);
        for (var i = 0; i < _places.Length; i++)
        {
            var found = places[_places[i]];
            key.Raw(i == 0 ? ""u8 : ","u8).Raw(document[found.Start..found.End]);
        }

        key.Raw("]"u8);
        return true;
    }

    private static Selector? Filter(NormalJson definition, ReadOnlySpan<byte> name) =>
        definition.Member(name) is { IsObject: true, Utf8.Length: > 2 } selector ? Selector.Parse(selector) : null;
}
