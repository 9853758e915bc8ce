using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;

namespace CloudWall.Indexing.Reductions;

/// <summary>A value for <c>_sum</c>: a number, an array, an object, or any other value as JSON.</summary>
internal sealed class SumValue
{
    private SumValue(ErlangNumber? number, List<SumValue>? items, List<(string Name, SumValue Value)>? members, byte[]? other)
    {
        Number = number;
        Items = items;
        Members = members;
        Other = other;
    }

    public static SumValue Zero { get; } = Of(ErlangNumber.Of(0));

    public ErlangNumber? Number { get; }

    public List<SumValue>? Items { get; }

    public List<(string Name, SumValue Value)>? Members { get; }

    public byte[]? Other { get; }

    public static SumValue Of(ErlangNumber number) => new(number, null, null, null);

    public static SumValue Of(List<SumValue> items) => new(null, items, null, null);

    public static SumValue Of(List<(string Name, SumValue Value)> members) => new(null, null, members, null);

    public static SumValue Read(ReadOnlySpan<byte> json)
    {
        var reader = JsonTokens.Read(json);
        reader.Read();
        return Read(ref reader, json);
    }

    public byte[] ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output);
        return output.WrittenSpan.ToArray();
    }

    private static SumValue Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return Of(ErlangNumber.Read(reader.ValueSpan));
            case JsonTokenType.StartArray:
                var items = new List<SumValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader, json));
                }

                return Of(items);
            case JsonTokenType.StartObject:
                var members = new List<(string Name, SumValue Value)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    members.Add((name, Read(ref reader, json)));
                }

                return Of(members);
            default:
                return new SumValue(null, null, null, json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed].ToArray());
        }
    }

    private void Write(IBufferWriter<byte> output)
    {
        if (Number is { } number)
        {
            number.Write(output);
        }
        else if (Items is not null)
        {
            output.Write("["u8);
            for (var i = 0; i < Items.Count; i++)
            {
                output.Write(i > 0 ? ","u8 : default);
                Items[i].Write(output);
            }

            output.Write("]"u8);
        }
        else if (Members is not null)
        {
            output.Write("{"u8);
            for (var i = 0; i < Members.Count; i++)
            {
                output.Write(i > 0 ? ","u8 : default);
                WriteText(Members[i].Name, output);
                output.Write(":"u8);
                Members[i].Value.Write(output);
            }

            output.Write("}"u8);
        }
        else
        {
            output.Write(Other);
        }
    }

    public static void WriteText(string text, IBufferWriter<byte> output) =>
        JsonNormalForm.Write(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(text)}\""), output);
}
