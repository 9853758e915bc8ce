using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Remote;

/// <summary>Values as they stand in an answer. Each reads the value after the property's name on which the reader stands.</summary>
internal static class RawJson
{
    /// <summary>The value as JSON.</summary>
    public static string Read(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var value = json[start..(int)reader.BytesConsumed];
        ForeignJson.RequireTexts(value);
        return Encoding.UTF8.GetString(value);
    }

    /// <summary>The value where it is a text; otherwise null.</summary>
    public static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return ForeignJson.Text(ref reader);
        }

        reader.Skip();
        return null;
    }

    /// <summary>The value as a revision.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static RevisionId ReadRevision(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Revision(ref reader);
    }

    /// <summary>The value as a list of revisions.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static List<RevisionId> ReadRevisions(ref Utf8JsonReader reader)
    {
        var revisions = new List<RevisionId>(1);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new InvalidDataException("The answer has something else in place of a list of revisions.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            revisions.Add(Revision(ref reader));
        }

        return revisions;
    }

    /// <summary>Takes a member of an object, such as <c>"name": value</c>, apart.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidDataException">It is no member.</exception>
    public static ReadOnlySpan<byte> SplitMember(ReadOnlySpan<byte> member, out string name)
    {
        // A reader that is told that more may come stops after the name.
        var reader = new Utf8JsonReader(member, isFinalBlock: false, state: default);
        if (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            name = ForeignJson.Text(ref reader);
            var rest = member[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8);
            if (rest.Length > 0 && rest[0] == ':')
            {
                return rest[1..];
            }
        }

        throw new InvalidDataException("The answer's object has something else in place of a member.");
    }

    private static RevisionId Revision(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String
            && RevisionId.TryParse(reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(ForeignJson.Text(ref reader)) : reader.ValueSpan, out var revision))
        {
            return revision;
        }

        throw new InvalidDataException("The answer has something else in place of a revision.");
    }
}
