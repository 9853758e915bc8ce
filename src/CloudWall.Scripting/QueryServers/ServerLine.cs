using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CloudWall.Scripting.QueryServers;

/// <summary>A line for a query server, spliced out of UTF-8. Newlines between tokens, which JSON allows, become spaces.</summary>
internal sealed class ServerLine : IDisposable
{
    private readonly PooledBuffer _text = new();

    public ReadOnlySpan<byte> Bytes => _text.WrittenSpan;

    public ServerLine Raw(ReadOnlySpan<byte> json)
    {
        json.Replace(_text.GetSpan(json.Length), (byte)'\n', (byte)' ');
        _text.Advance(json.Length);
        return this;
    }

    public ServerLine Value(ReadOnlyMemory<byte> json) => Raw(json.IsEmpty ? "null"u8 : json.Span);

    public ServerLine Text(string text) =>
        Raw("\""u8).Raw(Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())).Raw("\""u8);

    public ServerLine Texts(IEnumerable<string> texts)
    {
        Raw("["u8);
        var first = true;
        foreach (var text in texts)
        {
            (first ? this : Raw(","u8)).Text(text);
            first = false;
        }
        return Raw("]"u8);
    }

    public ServerLine Values(IReadOnlyList<ReadOnlyMemory<byte>> values)
    {
        Raw("["u8);
        for (var i = 0; i < values.Count; i++)
        {
            (i == 0 ? this : Raw(","u8)).Value(values[i]);
        }
        return Raw("]"u8);
    }

    /// <summary>Ends the line.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        _text.Write("\n"u8);
        return _text.WrittenSpan;
    }

    public ServerLine Clear()
    {
        _text.Rewind(0);
        return this;
    }

    public void Dispose() => _text.Dispose();
}
