using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CloudWall.Scripting.JavaScript;

/// <summary>A command for the driver, as JSON.</summary>
internal sealed class Command : IDisposable
{
    private readonly PooledBuffer _buffer = new();

    /// <summary>Begins a command.</summary>
    public Command(ReadOnlySpan<byte> name) => Raw("[\""u8).Raw(name).Raw("\""u8);

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Ends the command.</summary>
    public Command Finish() => Raw("]"u8);

    /// <summary>Adds an argument that is JSON.</summary>
    public Command Json(ReadOnlySpan<byte> json) => Raw(","u8).Raw(json.IsEmpty ? "null"u8 : json);

    /// <summary>Adds an argument that is a list of texts.</summary>
    public Command Texts(IReadOnlyList<string> texts)
    {
        Raw(",["u8);
        for (var i = 0; i < texts.Count; i++)
        {
            if (i > 0)
            {
                Raw(","u8);
            }

            Raw("\""u8).Raw(JsonEncodedText.Encode(texts[i], JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes).Raw("\""u8);
        }

        return Raw("]"u8);
    }

    /// <summary>Takes back what was written beyond a length.</summary>
    public void Rewind(int length) => _buffer.Rewind(length);

    /// <summary>Adds bytes as they are.</summary>
    public Command Raw(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    public void Dispose() => _buffer.Dispose();
}
