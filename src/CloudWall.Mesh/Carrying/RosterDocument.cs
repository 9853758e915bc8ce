using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Carrying;

/// <summary>
/// A statement as a document. The id begins with its signer and its number, so that the statements of a signer lie side by side and can be
/// read again when the signer becomes somebody who counts. A statement in a document of another id is none.
/// </summary>
internal static class RosterDocument
{
    /// <summary>The longest body that a statement may have as a document.</summary>
    public const int MaxBytes = RosterLimits.MaxStatementBytes * 3 / 2;

    private const string PayloadMember = "statement";
    private const string SignatureMember = "signature";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>The id of a statement's document.</summary>
    public static string IdOf(Statement statement) => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix(statement.Signer)}{statement.Number:d6}.{statement.Hash}");

    /// <summary>What the ids of a signer's statements begin with.</summary>
    public static string Prefix(MemberId signer) => signer.Hex + ".";

    /// <summary>What comes after all ids of a signer's statements.</summary>
    public static string AfterPrefix(MemberId signer) => signer.Hex + "/";

    /// <summary>The document.</summary>
    public static string Write(Statement statement)
    {
        var (payload, signature) = (Base64Url.EncodeToString(statement.Payload.Span), Base64Url.EncodeToString(statement.Signature.Span));
        return $$"""{"{{PayloadMember}}":"{{payload}}","{{SignatureMember}}":"{{signature}}"}""";
    }

    /// <summary>Reads a statement; null where the document is none.</summary>
    /// <param name="id">The document's id.</param>
    /// <param name="body">Its body.</param>
    public static Statement? TryRead(string id, ReadOnlyMemory<byte> body)
    {
        if (body.Length > MaxBytes)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(body, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && Read(json.RootElement, PayloadMember) is { } payload
                && Read(json.RootElement, SignatureMember) is { } signature
                && Statement.TryRead(payload, signature) is { } statement
                && IdOf(statement) == id
                ? statement
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? Read(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? Base64Url.DecodeFromChars(value.GetString())
            : null;
}
