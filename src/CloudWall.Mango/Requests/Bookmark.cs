using System.Buffers.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Mango.Requests;

/// <summary>
/// The place of a row in an index, which clients hand back to go on after it. Clients must not look into it; CouchDB's are Erlang terms.
/// </summary>
/// <param name="Key">The row's key, as JSON.</param>
/// <param name="Id">The id of its document.</param>
public readonly record struct Bookmark(ReadOnlyMemory<byte> Key, string Id)
{
    /// <summary>What stands for none in answers.</summary>
    public const string None = "nil";

    private const int Longest = 1 << 24;

    /// <summary>Reads what a client hands back.</summary>
    /// <exception cref="DocumentException">400 <c>invalid_bookmark</c>.</exception>
    public static Bookmark Parse(string text)
    {
        try
        {
            if (text.Length <= Longest
                && NormalJson.Parse(Base64Url.DecodeFromChars(text)) is { IsArray: true } pair
                && pair.Elements() is [var key, { IsText: true } id])
            {
                return new Bookmark(key.Utf8, id.Text());
            }
        }
        catch (Exception e) when (e is FormatException or DocumentException)
        {
            // It is none.
        }

        throw MangoErrors.NoBookmark(MangoErrors.Quote(text));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        using var json = new JsonBuffer();
        json.Raw("["u8).Raw(Key.Span).Raw(","u8).Text(Id).Raw("]"u8);
        return Base64Url.EncodeToString(json.WrittenSpan);
    }
}
