using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Mango.Indexes;

/// <summary>
/// An index that queries may use: a view of a design document in the language <c>query</c>, or the documents by their ids (CouchDB's
/// documentation: "/{db}/_index").
/// </summary>
public sealed class MangoIndex
{
    private readonly NormalJson _definition;

    private MangoIndex(string? design, string name, IReadOnlyList<string> fields, bool isPartitioned, bool isPartial, NormalJson definition)
    {
        Design = design;
        Name = name;
        Fields = fields;
        IsPartitioned = isPartitioned;
        IsPartial = isPartial;
        _definition = definition;
    }

    /// <summary>All documents by their ids, which every database has.</summary>
    public static MangoIndex AllDocuments { get; } =
        new(design: null, "_all_docs", ["_id"], isPartitioned: false, isPartial: false, NormalJson.Parse("""{"fields":{"_id":"asc"}}"""));

    /// <summary>The id of its design document; null for <see cref="AllDocuments"/>.</summary>
    public string? Design { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The fields that its keys have, in their order.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Whether it answers queries of partitions rather than of the whole database.</summary>
    public bool IsPartitioned { get; }

    /// <summary>Whether it has some documents alone (<c>partial_filter_selector</c>), so that it must be asked for.</summary>
    public bool IsPartial { get; }

    /// <summary>Its kind, as CouchDB names it.</summary>
    public string Kind => Design is null ? "special" : "json";

    /// <summary>The order of indexes in lists, and where nothing else decides.</summary>
    public static Comparison<MangoIndex> ByName { get; } = static (one, other) =>
        (one.Design is null).CompareTo(other.Design is null) is var special and not 0 ? -special
        : Utf8Order.Instance.Compare(one.Design ?? string.Empty, other.Design ?? string.Empty) is var designs and not 0 ? designs
        : Utf8Order.Instance.Compare(one.Name, other.Name);

    /// <summary>Reads the indexes of a design document.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="body">Its body.</param>
    /// <param name="isPartitioned">Whether its database is partitioned.</param>
    public static IEnumerable<MangoIndex> Of(string id, NormalJson body, bool isPartitioned)
    {
        if (body.Member("language"u8) is not { IsText: true } language || language.Text() != "query"
            || body.Member("views"u8) is not { IsObject: true } views)
        {
            yield break;
        }

        var own = body.Member("options"u8) is { IsObject: true } options ? options.Member("partitioned"u8)?.Boolean : null;
        foreach (var (name, view) in views.Members())
        {
            if (view.IsObject
                && view.Member("options"u8) is { IsObject: true }
                && view.Member("map"u8) is { IsObject: true } definition
                && definition.Member("fields"u8) is { IsObject: true } fields)
            {
                yield return new MangoIndex(
                    id,
                    name,
                    [.. fields.Members().Select(static field => field.Name)],
                    own ?? isPartitioned,
                    IsCondition(definition.Member("partial_filter_selector"u8)) || IsCondition(definition.Member("selector"u8)),
                    definition);
            }
        }
    }

    /// <summary>Whether it has all of some fields, so that documents need not be read.</summary>
    internal bool Covers(IReadOnlyList<string>? fields) =>
        Design is not null && fields is not null && fields.All(field => field == "_id" || Fields.Contains(field, StringComparer.Ordinal));

    /// <summary>Writes it, as CouchDB lists it.</summary>
    public void Write(JsonBuffer json)
    {
        json.Raw("{\"ddoc\":"u8).Text(Design).Raw(",\"name\":"u8).Text(Name).Raw(",\"type\":"u8).Text(Kind);
        if (Design is not null)
        {
            json.Raw(",\"partitioned\":"u8).Boolean(IsPartitioned);
        }

        json.Raw(",\"def\":{"u8);
        var separator = ""u8;
        foreach (var (name, value) in _definition.Members())
        {
            if (name == "partial_filter_selector" && !IsCondition(value))
            {
                continue;
            }

            json.Raw(separator).Text(name).Raw(":"u8);
            separator = ","u8;
            if (name == "fields")
            {
                WriteFields(json, value);
            }
            else
            {
                json.Raw(value.Utf8.Span);
            }
        }

        json.Raw("}}"u8);
    }

    private static void WriteFields(JsonBuffer json, NormalJson fields)
    {
        json.Raw("["u8);
        var separator = "{"u8;
        foreach (var (name, direction) in fields.Members())
        {
            json.Raw(separator).Text(name).Raw(":"u8).Raw(direction.Utf8.Span).Raw("}"u8);
            separator = ",{"u8;
        }

        json.Raw("]"u8);
    }

    private static bool IsCondition(NormalJson? selector) => selector is { Utf8.Length: > 2 };

    /// <inheritdoc/>
    public override string ToString() => $"{Design}/{Name}";
}
