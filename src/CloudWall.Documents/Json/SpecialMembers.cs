using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Json;

/// <summary>
/// Parses the special members of a document, which begin with an underscore, from their normal form. See "Special Fields" in section
/// "Documents" of CouchDB's documentation.
/// </summary>
internal static class SpecialMembers
{

    /// <summary>Whether a member that begins with an underscore stays in the body.</summary>
    public static bool StaysInBody(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("_access"u8)
        || (name.StartsWith("_replication_"u8)
            && (name.SequenceEqual("_replication_state"u8)
                || name.SequenceEqual("_replication_state_time"u8)
                || name.SequenceEqual("_replication_state_reason"u8)
                || name.SequenceEqual("_replication_id"u8)
                || name.SequenceEqual("_replication_stats"u8)));

    /// <summary>Whether CouchDB accepts and ignores the member, because it adds it to answers itself.</summary>
    public static bool IsIgnored(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("_revs_info"u8)
        || name.SequenceEqual("_local_seq"u8)
        || name.SequenceEqual("_conflicts"u8)
        || name.SequenceEqual("_deleted_conflicts"u8);

    /// <summary>The error of a member that is unknown or has the wrong type.</summary>
    public static DocumentException Bad(ReadOnlySpan<byte> name) =>
        new(DocumentError.Validation("Bad special document member: " + JsonText.Decode([(byte)'"', .. name, (byte)'"'])));

    /// <summary>Parses <c>_rev</c>.</summary>
    public static RevisionId ReadRevision(ReadOnlySpan<byte> value)
    {
        if (value[0] == '"')
        {
            var text = value[1..^1];
            if (text.Contains((byte)'\\'))
            {
                text = Encoding.UTF8.GetBytes(JsonText.Decode(value));
            }

            if (RevisionId.TryParse(text, out var revision))
            {
                return revision;
            }
        }

        throw new DocumentException(DocumentError.InvalidRevision);
    }

    /// <summary>Parses the object <c>_revisions</c>, newest first.</summary>
    public static List<RevisionId> ReadRevisions(ReadOnlySpan<byte> value)
    {
        long? start = null;
        List<RevisionId>? ids = null;
        var reader = new Utf8JsonReader(value, JsonDepth.Reader);
        reader.Read();
        DocumentError? wrongId = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStart = reader.ValueTextEquals("start"u8);
            var isIds = reader.ValueTextEquals("ids"u8);
            reader.Read();
            if (isStart && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && IsInteger(reader.ValueSpan))
            {
                start = number;
            }
            else if (isIds && reader.TokenType == JsonTokenType.StartArray)
            {
                ids = ReadIds(ref reader, out wrongId);
            }
            else
            {
                reader.Skip();
            }
        }

        if (start is not { } generation)
        {
            throw new DocumentException(DocumentError.Validation("_revisions.start isn't an integer."));
        }

        if (ids is null)
        {
            throw new DocumentException(DocumentError.Validation("_revisions.ids isn't a array."));
        }

        if (wrongId is not null)
        {
            throw new DocumentException(wrongId);
        }

        Span<byte> usual = stackalloc byte[16];
        for (var i = 0; i < ids.Count; i++)
        {
            var hash = ids[i].HashLength == usual.Length ? usual : new byte[ids[i].HashLength];
            ids[i].CopyHashTo(hash);
            ids[i] = RevisionId.FromHashBytes(generation - i, hash);
        }

        return ids;
    }

    /// <summary>Parses the object <c>_attachments</c>. Like CouchDB, it ignores members that are not objects.</summary>
    /// <param name="value">The object.</param>
    /// <param name="received">See <see cref="DocumentParser.Parse(ReadOnlySpan{byte}, DocumentLimits, IReadOnlyList{long}?)"/>.</param>
    public static List<ParsedAttachment> ReadAttachments(ReadOnlySpan<byte> value, IReadOnlyList<long>? received)
    {
        var attachments = new List<ParsedAttachment>();
        var reader = new Utf8JsonReader(value, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                attachments.Add(ReadAttachment(ref reader, name, received));
            }
            else
            {
                reader.Skip();
            }
        }

        return attachments;
    }

    private static List<RevisionId> ReadIds(ref Utf8JsonReader reader, out DocumentError? wrong)
    {
        wrong = null;
        var ids = new List<RevisionId>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                wrong ??= DocumentError.Validation("RevId isn't a string");
                reader.Skip();
                continue;
            }

            var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
            if (RevisionId.TryParseHash(0, text, out var id))
            {
                ids.Add(id);
            }
            else
            {
                wrong ??= DocumentError.Validation("RevId isn't a valid hexadecimal");
            }
        }

        return ids;
    }

    private static ParsedAttachment ReadAttachment(ref Utf8JsonReader reader, string name, IReadOnlyList<long>? received)
    {
        string? type = null;
        string? digest = null;
        string? encoding = null;
        long? length = null;
        long? encodedLength = null;
        long? position = null;
        byte[]? data = null;
        int? number = null;
        var stub = false;
        var follows = false;
        var wrongType = false;
        var wrongPosition = false;
        var wrongLength = false;
        var isBeyond = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                var isText = reader.TokenType == JsonTokenType.String;
                data = isText && received is null ? DecodeBase64(ref reader) : null;
                number = isText && received is not null ? ReadNumber(reader.ValueSpan, received) : null;
                reader.Skip();
                continue;
            }

            var property = reader.GetString();
            reader.Read();
            switch (property)
            {
                case "content_type":
                    wrongType = reader.TokenType != JsonTokenType.String;
                    type = wrongType ? null : reader.GetString();
                    break;
                case "stub":
                    stub = reader.TokenType == JsonTokenType.True;
                    break;
                case "follows":
                    follows = reader.TokenType == JsonTokenType.True;
                    break;
                case "digest" when reader.TokenType == JsonTokenType.String:
                    digest = reader.GetString();
                    break;
                case "encoding" when reader.TokenType == JsonTokenType.String:
                    encoding = reader.GetString();
                    break;
                case "length":
                    length = ReadInteger(ref reader);
                    wrongLength = length is null;
                    isBeyond = length is null && IsBeyond(ref reader);
                    break;
                case "encoded_length":
                    encodedLength = ReadInteger(ref reader);
                    break;
                case "revpos":
                    position = ReadInteger(ref reader);
                    wrongPosition = position is null;
                    break;
            }

            reader.Skip();
        }

        if (stub)
        {
            follows = false;
            data = null;
            number = null;

            // A revpos that is not a number matches no attachment's position.
            position = wrongPosition ? -1 : position;
        }
        else if (wrongType)
        {
            throw new DocumentException(DocumentError.BadRequest("Invalid attachment content_type for " + name));
        }
        else if (follows)
        {
            data = null;
            number = null;
            if (isBeyond)
            {
                throw new DocumentException(new DocumentError(413, "attachment_too_large", name));
            }

            // CouchDB fails on it.
            if (wrongLength)
            {
                throw new DocumentException(DocumentError.BadRequest("Invalid attachment length for " + name));
            }

            if (encoding is not (null or "identity" or "gzip"))
            {
                throw new DocumentException(DocumentError.BadRequest("Invalid attachment encoding for " + name));
            }
        }
        else if (data is null && number is null)
        {
            throw new DocumentException(DocumentError.BadRequest("Invalid attachment data for " + name));
        }
        else
        {
            length = data?.Length ?? received![number!.Value];
            encodedLength = null;
            encoding = null;
            digest = null;
        }

        encoding = encoding == "identity" ? null : encoding;
        return new ParsedAttachment
        {
            Name = name,
            ContentType = type ?? "application/octet-stream",
            Stub = stub,
            Follows = follows,
            Data = data is null ? default(ReadOnlyMemory<byte>?) : data,
            Received = number,
            Digest = digest,
            Length = length,
            EncodedLength = encoding is null ? length : encodedLength ?? length,
            Encoding = encoding,
            RevisionPosition = position,
        };
    }

    /// <summary>Parses the index of received content; null if the content was not valid base64.</summary>
    private static int? ReadNumber(ReadOnlySpan<byte> text, IReadOnlyList<long> received) =>
        Utf8Parser.TryParse(text[1..], out int number, out var length) && length == text.Length - 1 && received[number] >= 0 ? number : null;

    private static long? ReadInteger(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && IsInteger(reader.ValueSpan) && reader.TryGetInt64(out var number) ? number : null;

    /// <summary>Whether it is an integer above all that this node can count.</summary>
    private static bool IsBeyond(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && IsInteger(reader.ValueSpan) && reader.ValueSpan[0] != '-';

    /// <summary>Whether a number is an integer; 1.0 and 1e0 are floats to CouchDB.</summary>
    private static bool IsInteger(ReadOnlySpan<byte> number) => !number.ContainsAny(".eE"u8);

    private static byte[]? DecodeBase64(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return DecodeBase64(reader.ValueSpan);
        }

        // The data contains escapes, for example of line breaks.
        var buffer = SharedArrays.Rent<byte>(reader.ValueSpan.Length);
        try
        {
            return DecodeBase64(buffer.AsSpan(0, reader.CopyString(buffer)));
        }
        finally
        {
            SharedArrays.Return(buffer);
        }
    }

    private static byte[]? DecodeBase64(ReadOnlySpan<byte> text)
    {
        if (!Base64.IsValid(text, out var length))
        {
            return DecodeLooseBase64(text);
        }

        var data = GC.AllocateUninitializedArray<byte>(length);
        return Base64.DecodeFromUtf8(text, data, out _, out var written) == OperationStatus.Done && written == length
            ? data
            : DecodeLooseBase64(text);
    }

    /// <summary>
    /// Decodes base64 like CouchDB, which ignores the unused bits of the last character before the padding. The framework refuses them if
    /// they are not zero.
    /// </summary>
    private static byte[]? DecodeLooseBase64(ReadOnlySpan<byte> text)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var last = text.LastIndexOfAnyExcept("= \t\r\n"u8);
        var padding = last < 0 ? 0 : text[last..].Count((byte)'=');
        var value = last < 0 ? -1 : Alphabet.IndexOf((char)text[last]);
        if (padding is not (1 or 2) || value < 0)
        {
            return null;
        }

        var tight = text.ToArray();
        tight[last] = (byte)Alphabet[value & (padding == 1 ? 0x3C : 0x30)];
        var data = new byte[Base64.GetMaxDecodedFromUtf8Length(tight.Length)];
        return Base64.DecodeFromUtf8(tight, data, out _, out var written) == OperationStatus.Done ? data[..written] : null;
    }
}
