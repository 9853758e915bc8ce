using System.Net;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Waiting;

namespace CloudWall.Replication.Remote;

/// <summary>An answer of which the head has come. Dispose of it when the body has been read, or is not wanted any more.</summary>
internal sealed class PeerAnswer(
    HttpResponseMessage response, SilenceTimer silence, Turns places, Redaction redaction) : IDisposable
{
    /// <summary>How many bytes an answer may have that says something of a server, a database or a checkpoint.</summary>
    public const int LongestSmall = 1 << 20;

    /// <summary>How many bytes of a refusal are looked at.</summary>
    private const int LongestError = 64 << 10;

    private Stream? _body;
    private bool _isDisposed;

    public HttpStatusCode Status => response.StatusCode;

    public HttpResponseMessage Response => response;

    public bool IsSuccess => response.IsSuccessStatusCode;

    /// <summary>The body as it comes.</summary>
    public async ValueTask<Stream> OpenAsync(CancellationToken cancellation) =>
        _body ??= new WatchedReading(await response.Content.ReadAsStreamAsync(cancellation), silence);

    /// <summary>A small body, as JSON.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="longest">How many bytes it may have.</param>
    /// <exception cref="JsonException">It is none, or is nested too deep (<see cref="ForeignJson"/>).</exception>
    /// <exception cref="InvalidDataException">It is longer.</exception>
    public async ValueTask<JsonDocument> ReadJsonAsync(CancellationToken cancellation, int longest = LongestSmall)
    {
        var json = await ReadBytesAsync(longest, cancellation);
        return ForeignJson.Parse(json);
    }

    /// <summary>The whole body.</summary>
    /// <param name="longest">How many bytes it may have.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">It is longer.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync(int longest, CancellationToken cancellation)
    {
        var body = await OpenAsync(cancellation);
        var bytes = new byte[4096];
        for (var length = 0; ;)
        {
            var read = await body.ReadAsync(bytes.AsMemory(length), cancellation);
            length += read;
            if (length > longest)
            {
                throw new InvalidDataException($"The answer has more than {longest} bytes.");
            }

            if (read == 0)
            {
                return bytes.AsMemory(0, length);
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * length, longest + 1L));
            }
        }
    }

    /// <summary>The <c>error</c> and <c>reason</c> of a refusal, without credentials; null where it does not say.</summary>
    public async ValueTask<(string? Error, string? Reason)> ReadErrorAsync(CancellationToken cancellation)
    {
        try
        {
            using var json = await ReadJsonAsync(cancellation, LongestError);
            return json.RootElement.ValueKind == JsonValueKind.Object ? (Text(json, "error"), Text(json, "reason")) : default;
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException or IOException or HttpRequestException)
        {
            return default;
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _body?.Dispose();
        response.Dispose();
        silence.Dispose();
        places.Leave();
    }

    private string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? redaction.Clean(value.GetString()!)
            : null;
}
