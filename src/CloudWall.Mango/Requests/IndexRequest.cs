using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Selectors;

namespace CloudWall.Mango.Requests;

/// <summary>The body of <c>POST /{db}/_index</c>.</summary>
/// <param name="Design">The id of the design document.</param>
/// <param name="Name">The index's name.</param>
/// <param name="View">The view that is the index, as JSON.</param>
/// <param name="Partitioned">Whether it is of partitions; null where the database decides.</param>
public sealed record IndexRequest(string Design, string Name, ReadOnlyMemory<byte> View, bool? Partitioned)
{
    /// <summary>Reads a request.</summary>
    /// <param name="body">An object.</param>
    /// <exception cref="DocumentException">
    /// 400, with CouchDB's names and reasons; 503 for kinds of indexes that this node has not.
    /// </exception>
    public static IndexRequest Parse(NormalJson body)
    {
        var options = new RequestOptions(body);
        var index = options.Require("index");
        var type = options.Take("type") is { } kind ? RequestOptions.Text(kind) : "json";
        var name = options.Take("name") is { } given ? RequestOptions.Name(given) : null;
        var design = options.Take("ddoc") is { } document ? RequestOptions.Name(document) : null;
        var copies = options.Take("w") is { } count ? RequestOptions.PositiveCount(count) : 2;
        var partitioned = options.Take("partitioned") is { } flag
            ? flag.Boolean ?? throw MangoErrors.Refuse(
                "invalid_partitioned_value", "Invalid value for partitioned: " + ErlangNotation.Print(flag.Utf8.Span))
            : default(bool?);
        options.RequireAllTaken();
        switch (type)
        {
            case "json":
                break;
            case "text" or "nouveau":
                throw new DocumentException(new DocumentError(503, "required index service unavailable", type));
            default:
                throw MangoErrors.Refuse("invalid_index", "Invalid type for index: " + type);
        }

        var automatic = name is null || design is null ? NameOf(index, design, name, partitioned, copies) : string.Empty;
        design ??= automatic;
        return new IndexRequest(
            design.StartsWith("_design/", StringComparison.Ordinal) ? design : "_design/" + design,
            name ?? automatic,
            ReadView(index),
            partitioned);
    }

    /// <summary>Reads the design documents whose indexes <c>POST /{db}/_index/_bulk_delete</c> removes.</summary>
    /// <exception cref="DocumentException">400, with CouchDB's names and reasons.</exception>
    public static IReadOnlyList<string> ParseDeletion(NormalJson body)
    {
        var options = new RequestOptions(body);
        var ids = options.Require("docids");
        if (options.Take("w") is { } copies)
        {
            RequestOptions.PositiveCount(copies);
        }

        options.RequireAllTaken();
        if (!ids.IsArray)
        {
            throw MangoErrors.Refuse(
                "invalid_bulk_docs",
                "Bulk Delete requires an array of non-null docids. Docids: " + ErlangNotation.Print(ids.Utf8.Span));
        }

        return ids.Elements().ConvertAll(static id =>
            id.IsText && FindRequest.ReadIndex(id).Count > 0
                ? id.Text()
                : throw MangoErrors.Refuse("invalid_index_name", "Invalid index name: " + ErlangNotation.Print(id.Utf8.Span)));
    }

    /// <summary>The refusal of a design document that has functions in it rather than indexes.</summary>
    /// <param name="members">Its members.</param>
    public static DocumentError NoIndexes(IEnumerable<(string Name, NormalJson Value)> members)
    {
        var language = members.FirstOrDefault(static member => member.Name == "language");
        var found = language.Name is null ? "false"
            : "{" + ErlangNotation.Print("\"language\""u8) + "," + ErlangNotation.Print(language.Value.Utf8.Span) + "}";
        return new DocumentError(400, "invalid_ddoc_lang", "Existing design doc has an invalid language: " + found);
    }

    /// <summary>
    /// The refusal of an index in a design document that is of partitions where the index is not, or the other way about.
    /// </summary>
    public static DocumentError OtherPartitioning(string design) => new(
        400, "invalid_partitioned_option", "Requested partitioned option does not match existing value on design document " + design);

    /// <summary>Writes the view: its definition in the form in which it is used, and as it was given.</summary>
    private static byte[] ReadView(NormalJson index)
    {
        if (!index.IsObject)
        {
            throw MangoErrors.Refuse(
                "invalid_index", "JSON indexes must be an object, not: " + ErlangNotation.Print(index.Utf8.Span));
        }

        var options = new RequestOptions(index);
        var fields = SortOrder.Parse(options.Require("fields"));
        var filter = options.Take("partial_filter_selector") is { } selector ? Selector.Parse(selector) : Selector.All;
        options.RequireAllTaken();
        using var json = new JsonBuffer();
        json.Raw("{\"map\":{\"fields\":"u8);
        fields.Write(json);
        json.Raw(",\"partial_filter_selector\":"u8);
        filter.Write(json);
        json.Raw("},\"reduce\":\"_count\",\"options\":{\"def\":"u8).Raw(index.Utf8.Span).Raw("}}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>
    /// The name that CouchDB gives an index: the SHA-1 of the request in Erlang's external term format. So the same index has the same name
    /// on all nodes.
    /// </summary>
    private static string NameOf(NormalJson index, string? design, string? name, bool? partitioned, long copies)
    {
        var definition = JsonNormalForm.ToTerm(index.Utf8.Span);
        var term = new List<byte>();
        term.AddRange([131, 104, 2]);
        term.AddRange(definition);
        term.AddRange([108, 0, 0, 0, 6]);
        AddOption("ddoc", design is null ? Atom("auto_name") : Json(MangoErrors.Quote(design)));
        AddOption("def", definition);
        AddOption("name", name is null ? Atom("auto_name") : Json(MangoErrors.Quote(name)));
        AddOption("partitioned", Atom(partitioned switch
        {
            true => "true",
            false => "false",
            _ => "db_default",
        }));
        AddOption("type", Json("\"json\""u8));
        AddOption("w", Json(Encoding.ASCII.GetBytes(copies.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        term.Add(106);
#pragma warning disable CA5350 // It is a name.
        return Convert.ToHexStringLower(SHA1.HashData(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(term)));
#pragma warning restore CA5350

        void AddOption(string option, ReadOnlySpan<byte> value)
        {
            term.AddRange([104, 2]);
            term.AddRange(Atom(option));
            term.AddRange(value);
        }

        static byte[] Atom(string text) => [100, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

        static ReadOnlySpan<byte> Json(ReadOnlySpan<byte> json) => JsonNormalForm.ToTerm(json);
    }
}
