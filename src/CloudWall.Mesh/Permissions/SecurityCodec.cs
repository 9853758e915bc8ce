using System.Buffers;
using System.Text.Json;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Permissions;

/// <summary>A history as JSON in UTF-8, for the node's records and for other members.</summary>
public static class SecurityCodec
{
    /// <summary>Bytes of a history that another member sends.</summary>
    public const int MaxBytes = 4 << 20;

    private const int MaxNewest = 1000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Writes a history.</summary>
    public static byte[] Write(SecurityHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("newest");
            foreach (var version in history.Newest)
            {
                json.WriteStartObject();
                json.WriteString("by", version.By.Hex);
                WriteList(json, "after", version.After);
                json.WriteBase64String("value", version.Value.Span);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteList(json, "followed", history.Followed);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a history; null where the bytes are none.</summary>
    public static SecurityHistory? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(bytes, Strict);
            var newest = json.RootElement.GetProperty("newest");
            var followed = ReadHashes(json.RootElement.GetProperty("followed"));
            return newest.GetArrayLength() > MaxNewest
                ? null
                : new SecurityHistory([.. newest.EnumerateArray().Select(ReadVersion)], followed);
        }
        catch (Exception malformed) when (
            malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static SecurityVersion ReadVersion(JsonElement json) => new(
        MemberId.TryParse(json.GetProperty("by").GetString()) ?? throw new FormatException("It is no member."),
        ReadHashes(json.GetProperty("after")),
        json.GetProperty("value").GetBytesFromBase64());

    private static List<string> ReadHashes(JsonElement json)
    {
        var hashes = json.EnumerateArray().Select(static item => item.GetString() ?? string.Empty).ToList();
        return hashes.TrueForAll(Hex.IsHash) ? hashes : throw new FormatException("It is no hash.");
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
