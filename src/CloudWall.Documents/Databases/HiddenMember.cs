using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Databases;

/// <summary>Leaves a top-level member out of every body that is read (<see cref="EngineOptions.HiddenMember"/>).</summary>
/// <param name="name">Its name.</param>
internal sealed class HiddenMember(string name)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    /// <summary>Returns a body without the member.</summary>
    /// <param name="body">The body in normal form, where names are escaped only if necessary.</param>
    /// <returns>Null if the body does not have the member, or its value is null.</returns>
    public ReadOnlyMemory<byte>? Without(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf(_name) < 0)
        {
            return null;
        }

        var rest = new ArrayBufferWriter<byte>(body.Length);
        rest.Write("{"u8);
        var found = false;
        var reader = new Utf8JsonReader(body, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var matches = !reader.ValueIsEscaped && reader.ValueTextEquals(_name);
            reader.Read();
            if (matches && reader.TokenType != JsonTokenType.Null)
            {
                reader.Skip();
                found = true;
                continue;
            }

            reader.Skip();
            rest.Write(rest.WrittenCount == 1 ? ""u8 : ","u8);
            rest.Write(body[start..(int)reader.BytesConsumed]);
        }

        if (!found)
        {
            return null;
        }

        rest.Write("}"u8);
        return rest.WrittenMemory;
    }
}
