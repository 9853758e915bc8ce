using System.Security.Cryptography;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Views;

namespace CloudWall.DesignDocuments.Views;

/// <summary>
/// The views of a design document (CouchDB's documentation: "Views", "Design Documents"). Views with the same map function and the same
/// options are one view with several names. Groups with equal definitions share an index.
/// </summary>
/// <param name="Language">The design document's <c>language</c>.</param>
/// <param name="Definition">The definition of their index.</param>
/// <param name="Maps">Their map functions, in the order of the views' numbers.</param>
/// <param name="Names">For each name the number of its view and that of its reduce function, which is -1 where it has none.</param>
public sealed record ViewGroup(
    string Language, IndexDefinition Definition, MapSource Maps, IReadOnlyDictionary<string, (int View, int Reduction)> Names)
{
    /// <summary>
    /// Part of the signature. It is raised when rows are computed differently, so that indexes of earlier versions are not reused.
    /// </summary>
    private const byte Version = 2;

    private static readonly Comparer<(string Map, string Options)> ByText = Comparer<(string Map, string Options)>.Create(static (a, b) =>
        string.CompareOrdinal(a.Map, b.Map) is var maps && maps != 0 ? maps : string.CompareOrdinal(a.Options, b.Options));

    /// <summary>The language of indexes for queries (<c>/{db}/_index</c>).</summary>
    private const string QueryLanguage = "query";

    /// <summary>Whether its views are indexes for queries.</summary>
    public bool IsOfQueries => Language == QueryLanguage;

    /// <summary>Characters and bytes of its functions and its library.</summary>
    public long Length { get; } = Maps.Library.Length
        + Maps.Functions.Sum(static map => (long)map.Length)
        + Definition.Views.Sum(static view => view.Reductions.Sum(static reduction => (long)reduction.Length));

    /// <summary>Reads the views of a design document.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="document">Its body.</param>
    /// <param name="isPartitioned">Whether its database is partitioned, and so its views unless the document says otherwise.</param>
    public static ViewGroup Of(string id, NormalJson document, bool isPartitioned = false)
    {
        var language = document.Member("language"u8) is { IsText: true } text ? text.Text() : "javascript";
        var options = document.Member("options"u8) is { IsObject: true } some ? some : default(NormalJson?);
        var views = document.Member("views"u8) is { IsObject: true } members ? members.Members() : [];
        var library = views.Find(static view => view.Name == "lib").Value.Utf8;

        var maps = new SortedDictionary<(string Map, string Options), List<(string Name, string? Reduction)>>(ByText);
        foreach (var (name, view) in views)
        {
            if (view.IsObject && MapOf(view, language) is { } map)
            {
                var key = (map, view.Member("options"u8) is { } own ? System.Text.Encoding.UTF8.GetString(own.Utf8.Span) : "{}");
                if (!maps.TryGetValue(key, out var uses))
                {
                    maps.Add(key, uses = []);
                }

                uses.Add((name, view.Member("reduce"u8) is { IsText: true } reduce ? reduce.Text() : null));
            }
        }

        var definitions = new List<ViewDefinition>();
        var names = new Dictionary<string, (int View, int Reduction)>(StringComparer.Ordinal);
        foreach (var (map, uses) in maps)
        {
            var reductions = uses.Select(static use => use.Reduction).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
            var places = reductions.Select(static (reduction, place) => (reduction, place))
                .ToDictionary(static each => each.reduction, static each => each.place, StringComparer.Ordinal);
            foreach (var (name, reduction) in uses)
            {
                names[name] = (definitions.Count, reduction is null ? -1 : places[reduction]);
            }

            definitions.Add(new ViewDefinition(reductions, IsRaw(map.Options) ? CollationOrder.Raw : CollationOrder.Unicode));
        }

        isPartitioned = options?.Member("partitioned"u8)?.Boolean ?? isPartitioned;
        var signature = Sign(language, options, library, [.. maps.Keys], definitions, isPartitioned);
        return new ViewGroup(
            language,
            new IndexDefinition(
                signature,
                definitions,
                IsSet(options, "include_design"u8),
                IsSet(options, "local_seq"u8),
                id,
                EngineOf(language),
                isPartitioned),
            new MapSource(language, [.. maps.Keys.Select(static map => map.Map)], library.ToArray()) { Design = id },
            names);
    }

    /// <summary>The map function of a view: in the language of queries it is an object. Null where there is none.</summary>
    private static string? MapOf(NormalJson view, string language) => view.Member("map"u8) switch
    {
        { IsText: true } map when language != QueryLanguage => map.Text(),
        { IsObject: true } map when language == QueryLanguage => System.Text.Encoding.UTF8.GetString(map.Utf8.Span),
        _ => null,
    };

    /// <summary>Languages are found without regard to case by the host of scripts.</summary>
    private static string EngineOf(string language) =>
        string.Equals(language, "javascript", StringComparison.OrdinalIgnoreCase) ? JavaScriptFactory.Line : string.Empty;

    private static bool IsSet(NormalJson? options, ReadOnlySpan<byte> name) => options?.Member(name) is { Boolean: true };

    private static bool IsRaw(string options) =>
        NormalJson.Parse(options) is { IsObject: true } members
        && members.Member("collation"u8) is { IsText: true } order
        && order.Text() == "raw";

    private static string Sign(
        string language,
        NormalJson? options,
        ReadOnlyMemory<byte> library,
        List<(string Map, string Options)> maps,
        List<ViewDefinition> definitions,
        bool isPartitioned)
    {
        using var text = new JsonBuffer();
        text.Raw(isPartitioned ? "p"u8 : default);
        text.Raw([Version]).Text(language).Text(EngineOf(language))
            .Raw(options is { } some ? some.Utf8.Span : "{}"u8).Raw(library.IsEmpty ? "{}"u8 : library.Span);
        for (var view = 0; view < maps.Count; view++)
        {
            text.Raw("\n"u8).Text(maps[view].Map).Text(maps[view].Options);
            foreach (var reduction in definitions[view].Reductions)
            {
                text.Raw(","u8).Text(reduction);
            }
        }

        // The signature is a name, as in CouchDB, and needs no security: a forged collision damages only the forger's own index.
        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan)[..16]);
    }
}
