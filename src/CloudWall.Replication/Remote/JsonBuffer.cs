using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CloudWall.Replication.Remote;

/// <summary>Builds the JSON of a request.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public JsonBuffer() => Writer = new Utf8JsonWriter(_buffer, Options);

    /// <summary>Where it is written.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>How long it is so far.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>Adds bytes as they are, after what was written; what is written next begins a new value.</summary>
    public void Splice(ReadOnlySpan<byte> json)
    {
        Writer.Flush();
        Writer.Reset(_buffer);
        _buffer.Write(json);
    }

    /// <summary>What was written, as an array of its own.</summary>
    public byte[] ToArray()
    {
        Writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => Writer.Dispose();
}
