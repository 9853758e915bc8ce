using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>Iterates over the members of a JSON object that is known to be valid. Other values have no members.</summary>
public ref struct JsonMembers
{
    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    /// <summary>Starts before the first member.</summary>
    public JsonMembers(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, JsonDepth.Reader);
        Name = string.Empty;
        if (json.IsEmpty || !_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            _reader = new Utf8JsonReader("{}"u8);
            _reader.Read();
        }
    }

    /// <summary>The member's name.</summary>
    public string Name { get; private set; }

    /// <summary>The member's value, as written.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Moves to the next member.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        Name = _reader.GetString()!;
        _reader.Read();
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        Value = _json[start..(int)_reader.BytesConsumed];
        return true;
    }
}
