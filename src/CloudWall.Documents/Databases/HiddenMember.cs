using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Databases;

/// <summary>
/// A top-level member that is left out of bodies when they are read, whoever reads them (<see cref="EngineOptions.HiddenMember"/>).
/// </summary>
/// <param name="name">Its name.</param>
internal sealed class HiddenMember(string name)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    /// <summary>A body without the member.</summary>
    /// <param name="body">The body in normal form, in which names are escaped only where they must be.</param>
    /// <returns>Null where it is not in there, or is null.</returns>
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
