using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary><c>/{db}/_security</c>: who may do what in a database. Stored as it comes, apart from what would be no list of names.</summary>
internal static class Security
{
    /// <summary>Who may do what in a database for which nobody has said so.</summary>
    public static ReadOnlyMemory<byte> Default { get; } =
        "{\"members\":{\"roles\":[\"_admin\"]},\"admins\":{\"roles\":[\"_admin\"]}}"u8.ToArray();

    /// <summary>GET. CouchDB's default, <c>admin_only</c>, where none has been set.</summary>
    public static Task Show(Exchange exchange) => exchange.WriteJsonAsync(200, exchange.Database.Security ?? Default);

    /// <summary>PUT.</summary>
    public static async Task Set(Exchange exchange)
    {
        using var json = await exchange.ReadNormalJsonAsync();
        Validate(json.WrittenSpan);
        await exchange.Database.SetSecurityAsync(json.WrittenSpan.ToArray(), exchange.Aborted);
        await exchange.WriteOkAsync();
    }

    private static void Validate(ReadOnlySpan<byte> security)
    {
        var reader = new Utf8JsonReader(security, JsonDepth.Reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw HttpErrors.BadRequest("Security must be a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var matters = reader.ValueTextEquals("admins"u8) || reader.ValueTextEquals("members"u8);
            reader.Read();
            if (matters)
            {
                ValidateGroup(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ValidateGroup(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw HttpErrors.BadRequest("admins and members must be JSON objects");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var matters = reader.ValueTextEquals("names"u8) || reader.ValueTextEquals("roles"u8);
            reader.Read();
            if (!matters)
            {
                reader.Skip();
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw NoListOfStrings();
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw NoListOfStrings();
                }
            }
        }
    }

    private static DocumentException NoListOfStrings() =>
        HttpErrors.BadRequest("names and roles must be JSON lists of strings");
}
