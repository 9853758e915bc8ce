using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Mango.Fields;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>A document of a row, held as a whole because only some of its fields are sent.</summary>
/// <param name="stream">The answer, which has the memory for it.</param>
internal sealed class HeldDocument(ResponseStream stream) : IJsonOutput, IDisposable
{
    /// <inheritdoc/>
    public JsonBuffer Buffer { get; } = new();

    /// <inheritdoc/>
    public ValueTask ReserveAsync(long bytes) => stream.ReserveAsync(bytes);

    /// <inheritdoc/>
    public ValueTask FlushIfFullAsync() => stream.ReserveAsync(Buffer.WrittenCount);

    /// <summary>Writes fields of it to the answer.</summary>
    public void WriteFields(Projection fields)
    {
        var document = Buffer.WrittenSpan[(Buffer.WrittenSpan.IndexOf((byte)':') + 1)..];
        stream.Buffer.Raw(",\"doc\":"u8);
        if (document[0] == '{')
        {
            fields.Write(stream.Buffer, document);
        }
        else
        {
            stream.Buffer.Raw("null"u8);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}
