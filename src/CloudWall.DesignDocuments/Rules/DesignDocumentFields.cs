using System.Globalization;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.DesignDocuments.Rules;

/// <summary>Validates the types of a design document's fields as CouchDB does (CouchDB's documentation: "Design Documents").</summary>
public static class DesignDocumentFields
{
    private const int MaxRank = 100;

    private static readonly Kind Text = new("string", JsonTokenType.String);
    private static readonly Kind Members = new("object", JsonTokenType.StartObject);
    private static readonly Kind Flag = new("boolean", JsonTokenType.True, JsonTokenType.False);
    private static readonly Kind TextOrMembers = new("string or object", JsonTokenType.String, JsonTokenType.StartObject);
    private static readonly Kind ListOrText = new("array or string", JsonTokenType.StartArray, JsonTokenType.String);

    /// <summary>
    /// The fields in the order in which CouchDB checks them. A missing field is valid; a null name stands for all members.
    /// </summary>
    private static readonly (string? Name, Kind Kind)[][] Fields =
    [
        [("filters", Members), (null, TextOrMembers)],
        [("language", Text)],
        [("lists", Members), (null, TextOrMembers)],
        [("options", Members)],
        [("options", Members), ("include_design", Flag)],
        [("options", Members), ("local_seq", Flag)],
        [("options", Members), ("partitioned", Flag)],
        [("rewrites", ListOrText)],
        [("shows", Members), (null, TextOrMembers)],
        [("updates", Members), (null, TextOrMembers)],
        [("validate_doc_update", Text)],
        [("views", Members), ("lib", Members)],
    ];

    private static readonly string[] Reductions = ["_sum", "_count", "_stats", "_approx_count_distinct", "_first", "_last"];

    /// <summary>Checks a document. Documents other than design documents pass.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="document">The document.</param>
    /// <param name="partitioned">Whether its database is partitioned.</param>
    /// <returns>The refusal; null where the document is valid.</returns>
    public static DocumentError? Check(string id, ParsedDocument document, bool partitioned)
    {
        if (document.Body.Length <= 2 || !id.StartsWith("_design/", StringComparison.Ordinal))
        {
            return null;
        }

        var body = document.Body.Span;
        foreach (var field in Fields)
        {
            if (CheckField(body, field, string.Empty) is { } error)
            {
                return error;
            }
        }

        var language = JsonMember.TryFind(body, "language"u8, out var text) ? JsonMember.TextOf(text)! : "javascript";
        return CheckField(body, [("views", Members), (null, Members), ("map", language == "query" ? Members : Text)], string.Empty)
            ?? CheckField(body, [("views", Members), (null, Members), ("reduce", Text)], string.Empty)
            ?? CheckViews(Find(body, "views"), language)
            ?? CheckPartitioned(body, partitioned);
    }

    private static DocumentError? CheckField(ReadOnlySpan<byte> container, ReadOnlySpan<(string? Name, Kind Kind)> path, string parents)
    {
        if (path.IsEmpty || container.IsEmpty)
        {
            return null;
        }

        var (name, kind) = path[0];
        var members = new JsonMembers(container);
        while (members.MoveNext())
        {
            if (name is not null && members.Name != name)
            {
                continue;
            }

            var full = parents + members.Name;
            if (!kind.Has(members.Value))
            {
                return Invalid($"`{full}` field must have {kind.Text} type");
            }

            if (CheckField(members.Value, path[1..], full + ".") is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static DocumentError? CheckViews(ReadOnlySpan<byte> views, string language)
    {
        if (views.IsEmpty)
        {
            return null;
        }

        var members = new JsonMembers(views);
        while (members.MoveNext())
        {
            if (members.Name != "lib" && Find(members.Value, "map").IsEmpty)
            {
                return Invalid($"View `{members.Name}` must contain map function");
            }
        }

        members = new JsonMembers(views);
        while (language == "javascript" && members.MoveNext())
        {
            if (members.Name == "lib")
            {
                continue;
            }

            if (Find(members.Value, "map").SequenceEqual("\"\""u8))
            {
                return new DocumentError(404, "not_found", "missing function");
            }

            if (Find(members.Value, "reduce") is { IsEmpty: false } reduce && CheckReduction(JsonMember.TextOf(reduce)!) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static DocumentError? CheckReduction(string reduce)
    {
        if (!reduce.StartsWith('_') || Array.Exists(Reductions, known => reduce.StartsWith(known, StringComparison.Ordinal)))
        {
            return null;
        }

        foreach (var ranked in new[] { "_top_", "_bottom_" })
        {
            if (reduce.StartsWith(ranked, StringComparison.Ordinal))
            {
                return !int.TryParse(reduce.AsSpan(ranked.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rank)
                    ? Invalid("invalid rank reducer")
                    : rank is >= 1 and <= MaxRank ? null : Invalid($"rank value must be between 1 and {MaxRank}");
            }
        }

        return Invalid($"`{reduce}` is not a supported reduce function.");
    }

    private static DocumentError? CheckPartitioned(ReadOnlySpan<byte> body, bool partitioned) =>
        !partitioned && Find(Find(body, "options"), "partitioned").SequenceEqual("true"u8)
            ? Invalid("partitioned option cannot be true in a non-partitioned database.")
            : null;

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> container, string name)
    {
        var members = new JsonMembers(container);
        while (members.MoveNext())
        {
            if (members.Name == name)
            {
                return members.Value;
            }
        }

        return default;
    }

    private static DocumentError Invalid(string reason) => new(400, "invalid_design_doc", reason);

    /// <summary>The JSON types that a field may have.</summary>
    private sealed record Kind(string Text, params JsonTokenType[] Tokens)
    {
        public bool Has(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json, JsonDepth.Reader);
            reader.Read();
            return Tokens.Contains(reader.TokenType);
        }
    }
}
