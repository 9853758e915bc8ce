using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>
/// Statements as JSON in UTF-8. Members that are not known are passed over, and kinds that are not known have no effect, so that older
/// nodes can follow newer ones; but what is known must be right, and no member may come twice.
/// </summary>
internal static class StatementCodec
{
    private const int Version = 1;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static byte[] Write(StatementFields fields)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("mesh", fields.Mesh.Hex);
            json.WriteString("key", Base64Url.EncodeToString(fields.Signer.Point));
            json.WriteNumber("number", fields.Number);
            WriteHashes(json, "previous", fields.Previous);
            WriteHashes(json, "seen", fields.Seen);
            WriteBody(json, fields.Body);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null where the bytes are no statement.</returns>
    public static StatementFields? TryRead(ReadOnlySpan<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload.ToArray(), Strict);
            return Read(json.RootElement) is { IsWellFormed: true } fields ? fields : null;
        }
        catch (Exception malformed) when (
            malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static StatementFields? Read(JsonElement json)
    {
        if (json.GetProperty("version").GetInt32() < 1
            || MemberId.TryParse(json.GetProperty("mesh").GetString()) is not { } mesh
            || ReadKey(json.GetProperty("key")) is not { } signer
            || ReadHashes(json.GetProperty("previous"), RosterLimits.MaxPrevious) is not { } previous
            || ReadHashes(json.GetProperty("seen"), RosterLimits.MaxMembers * 2) is not { } seen
            || ReadBody(json) is not { } body)
        {
            return null;
        }

        return new StatementFields(mesh, signer, json.GetProperty("number").GetInt32(), previous, seen, body);
    }

    private static void WriteBody(Utf8JsonWriter json, StatementBody body)
    {
        switch (body)
        {
            case FoundBody found:
                json.WriteString("kind", "found");
                json.WriteString("ownerKey", Base64Url.EncodeToString(found.EncryptedOwnerKey.Span));
                break;
            case AddBody add:
                json.WriteString("kind", "add");
                json.WriteString("member", Base64Url.EncodeToString(add.Key.Point));
                break;
            case RemoveBody remove:
                json.WriteString("kind", "remove");
                json.WriteString("member", remove.Member.Hex);
                json.WriteString("last", remove.Last?.Hex);
                break;
            case LeaveBody:
                json.WriteString("kind", "leave");
                break;
            case PolicyBody policy:
                json.WriteString("kind", "policy");
                json.WriteBoolean("membersMayAdd", policy.MembersMayAdd);
                break;
            case AdministratorBody administrator:
                json.WriteString("kind", "administrator");
                json.WriteString("name", administrator.Name);
                json.WriteBoolean("isOne", administrator.IsOne);
                break;
            case DescribeBody describe:
                json.WriteString("kind", "describe");
                json.WriteString("label", describe.Label);
                json.WriteStartArray("addresses");
                foreach (var address in describe.Addresses)
                {
                    json.WriteStringValue(address);
                }

                json.WriteEndArray();
                break;
            case UnknownBody unknown:
                json.WriteString("kind", unknown.Kind);
                break;
            default:
                throw new ArgumentException($"Nobody can read a {body.GetType().Name}.", nameof(body));
        }
    }

    private static StatementBody? ReadBody(JsonElement json) => json.GetProperty("kind").GetString() switch
    {
        "found" => ReadBytes(json.GetProperty("ownerKey")) is { } box ? new FoundBody(box) : null,
        "add" => ReadKey(json.GetProperty("member")) is { } key ? new AddBody(key) : null,
        "remove" => ReadRemove(json),
        "leave" => new LeaveBody(),
        "policy" => new PolicyBody(json.GetProperty("membersMayAdd").GetBoolean()),
        "administrator" => json.GetProperty("name").GetString() is { } name
            ? new AdministratorBody(name, json.GetProperty("isOne").GetBoolean())
            : null,
        "describe" => ReadDescribe(json),
        { Length: <= RosterLimits.MaxTextLength } kind => new UnknownBody(kind),
        _ => null,
    };

    private static RemoveBody? ReadRemove(JsonElement json)
    {
        var last = json.GetProperty("last");
        if (MemberId.TryParse(json.GetProperty("member").GetString()) is not { } member)
        {
            return null;
        }

        return last.ValueKind == JsonValueKind.Null ? new RemoveBody(member, null)
            : StatementHash.TryParse(last.GetString()) is { } hash ? new RemoveBody(member, hash)
            : null;
    }

    private static DescribeBody? ReadDescribe(JsonElement json)
    {
        var list = json.GetProperty("addresses");
        if (json.GetProperty("label").GetString() is not { } label || list.GetArrayLength() > RosterLimits.MaxAddresses)
        {
            return null;
        }

        var addresses = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.GetString() is not { } address)
            {
                return null;
            }

            addresses.Add(address);
        }

        return new DescribeBody(label, addresses);
    }

    private static MemberKey? ReadKey(JsonElement json) =>
        ReadBytes(json) is { } point && MemberKey.TryParse(point, out var key) ? key : null;

    private static byte[]? ReadBytes(JsonElement json) => json.GetString() is { } text ? Base64Url.DecodeFromChars(text) : null;

    private static void WriteHashes(Utf8JsonWriter json, string name, IReadOnlyList<StatementHash> hashes)
    {
        json.WriteStartArray(name);
        foreach (var hash in hashes)
        {
            json.WriteStringValue(Base64Url.EncodeToString(Convert.FromHexString(hash.Hex)));
        }

        json.WriteEndArray();
    }

    private static List<StatementHash>? ReadHashes(JsonElement json, int most)
    {
        if (json.GetArrayLength() > most)
        {
            return null;
        }

        var hashes = new List<StatementHash>();
        foreach (var item in json.EnumerateArray())
        {
            if (ReadBytes(item) is not { } bytes || StatementHash.TryParse(Convert.ToHexStringLower(bytes)) is not { } hash)
            {
                return null;
            }

            hashes.Add(hash);
        }

        return hashes;
    }
}
