using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace CloudWall.Replication.Remote;

/// <summary>An answer of which the head has come. Dispose of it when the body has been read, or is not wanted any more.</summary>
internal sealed class PeerAnswer(HttpResponseMessage response, SilenceTimer silence, SemaphoreSlim places) : IDisposable
{
    private Stream? _body;
    private bool _isDisposed;

    public HttpStatusCode Status => response.StatusCode;

    public HttpResponseMessage Response => response;

    public bool IsSuccess => response.IsSuccessStatusCode;

    /// <summary>The body as it comes.</summary>
    public async ValueTask<Stream> OpenAsync(CancellationToken cancellation) =>
        _body ??= new WatchedReading(await response.Content.ReadAsStreamAsync(cancellation), silence);

    /// <summary>A small body, as JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public async ValueTask<JsonDocument> ReadJsonAsync(CancellationToken cancellation)
    {
        var json = await JsonDocument.ParseAsync(await OpenAsync(cancellation), default, cancellation);
        if (!Utf8.IsValid(JsonMarshal.GetRawUtf8Value(json.RootElement)))
        {
            json.Dispose();
            throw new JsonException("The answer is not UTF-8.");
        }

        return json;
    }

    /// <summary>The <c>error</c> and <c>reason</c> of a refusal; null where it does not say.</summary>
    public async ValueTask<(string? Error, string? Reason)> ReadErrorAsync(CancellationToken cancellation)
    {
        try
        {
            using var json = await ReadJsonAsync(cancellation);
            return json.RootElement.ValueKind == JsonValueKind.Object ? (Text(json, "error"), Text(json, "reason")) : default;
        }
        catch (Exception failure) when (failure is JsonException or IOException or HttpRequestException)
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
        places.Release();
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
