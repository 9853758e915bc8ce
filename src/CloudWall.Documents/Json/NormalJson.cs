using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>
/// A JSON value in CouchDB's normal form, accessed without a DOM: values are slices of one text. The normal form has no duplicate members.
/// </summary>
public readonly struct NormalJson
{
    private NormalJson(ReadOnlyMemory<byte> utf8) => Utf8 = utf8;

    /// <summary>The value's text.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Whether it is an object.</summary>
    public bool IsObject => First == '{';

    /// <summary>Whether it is an array.</summary>
    public bool IsArray => First == '[';

    /// <summary>Whether it is a string.</summary>
    public bool IsText => First == '"';

    /// <summary>Whether it is <c>null</c>.</summary>
    public bool IsNull => First == 'n';

    /// <summary>The Boolean value; null for other values.</summary>
    public bool? Boolean => First switch
    {
        (byte)'t' => true,
        (byte)'f' => false,
        _ => null,
    };

    private byte First => Utf8.Span[0];

    /// <summary>Normalises JSON.</summary>
    /// <exception cref="DocumentException">400: invalid JSON.</exception>
    public static NormalJson Parse(ReadOnlySpan<byte> utf8)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(16, utf8.Length));
        JsonNormalForm.Write(utf8, output);
        return new NormalJson(output.WrittenMemory);
    }

    /// <summary>Normalises JSON.</summary>
    /// <exception cref="DocumentException">400: invalid JSON.</exception>
    public static NormalJson Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>Wraps a stored body, which is in normal form already.</summary>
    public static NormalJson FromStored(ReadOnlyMemory<byte> normal) => new(normal);

    /// <summary>The decoded text of a string.</summary>
    public string Text()
    {
        var reader = new Utf8JsonReader(Utf8.Span, JsonDepth.Reader);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>The decoded text of a string in UTF-8: a slice of the value where nothing in it is escaped.</summary>
    public ReadOnlyMemory<byte> TextUtf8()
    {
        var content = Utf8[1..^1];
        if (content.Span.IndexOf((byte)'\\') < 0)
        {
            return content;
        }

        var reader = new Utf8JsonReader(Utf8.Span, JsonDepth.Reader);
        reader.Read();
        var decoded = new byte[content.Length];
        return decoded.AsMemory(0, reader.CopyString(decoded));
    }

    /// <summary>An object's members in their order.</summary>
    public List<(string Name, NormalJson Value)> Members()
    {
        var members = new List<(string, NormalJson)>();
        var reader = new Utf8JsonReader(Utf8.Span, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            members.Add((name, ReadValue(ref reader)));
        }

        return members;
    }

    /// <summary>A member of an object; null if there is none of that name.</summary>
    public NormalJson? Member(ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(Utf8.Span, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return ReadValue(ref reader);
            }

            reader.Skip();
        }

        return null;
    }

    /// <summary>Copies one member of an object, so that the object itself need not be kept.</summary>
    /// <param name="normal">The object, in normal form.</param>
    /// <param name="name">The member's name.</param>
    public static NormalJson? CopyMember(ReadOnlySpan<byte> normal, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(normal, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                return FromStored(normal[start..(int)reader.BytesConsumed].ToArray());
            }
        }

        return null;
    }

    /// <summary>An array's elements.</summary>
    public List<NormalJson> Elements()
    {
        var elements = new List<NormalJson>();
        var reader = new Utf8JsonReader(Utf8.Span, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            elements.Add(ReadValue(ref reader));
        }

        return elements;
    }

    private NormalJson ReadValue(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new NormalJson(Utf8[start..(int)reader.BytesConsumed]);
    }
}
