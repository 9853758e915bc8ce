using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Access.Databases;

/// <summary>The permissions of a database: its <c>_security</c> object.</summary>
public static class DatabaseSecurity
{
    /// <summary>The permissions of a database without a <c>_security</c> object: CouchDB's default, <c>admin_only</c>.</summary>
    public static ReadOnlyMemory<byte> Default { get; } =
        "{\"members\":{\"roles\":[\"_admin\"]},\"admins\":{\"roles\":[\"_admin\"]}}"u8.ToArray();

    /// <summary>The name that <c>members</c> had before CouchDB 1.2. It counts where there are no <c>members</c>.</summary>
    internal static ReadOnlySpan<byte> OldMembers => "readers"u8;

    /// <summary>Refuses an object whose <c>admins</c> or <c>members</c> are not lists of names and roles.</summary>
    /// <param name="security">A <c>_security</c> object as JSON.</param>
    /// <exception cref="DocumentException">400: the object is refused.</exception>
    public static void Validate(ReadOnlySpan<byte> security)
    {
        var reader = new Utf8JsonReader(security, JsonDepth.Reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new DocumentException(DocumentError.BadRequest("Security must be a JSON object"));
        }

        var members = JsonMember.TryFind(security, "members"u8, out _) ? "members"u8 : OldMembers;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var matters = reader.ValueTextEquals("admins"u8) || reader.ValueTextEquals(members);
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
            throw new DocumentException(DocumentError.BadRequest("admins and members must be JSON objects"));
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
        new DocumentException(DocumentError.BadRequest("names and roles must be JSON lists of strings"));
}
