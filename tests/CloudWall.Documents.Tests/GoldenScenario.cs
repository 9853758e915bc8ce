using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CloudWall.Documents.Tests;

/// <summary>One scenario of the exchanges recorded from a CouchDB, with what later requests refer to filled in.</summary>
internal sealed class GoldenScenario
{
    private readonly JsonElement _scenario;
    private readonly Dictionary<string, string> _captured = [];

    private GoldenScenario(JsonElement scenario) => _scenario = scenario;

    public string Name => _scenario.GetProperty("name").GetString()!;

    public static IEnumerable<GoldenScenario> Read(string area)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CloudWall.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The solution was not found.");
        }

        var file = File.ReadAllBytes(Path.Combine(folder, "tests", "golden", area + ".json"));
        var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 2048 });
        return [.. document.RootElement.GetProperty("scenarios").EnumerateArray().Select(s => new GoldenScenario(s))];
    }

    /// <summary>The exchanges in order: method, path, the request's body as it was sent, and the answer.</summary>
    public IEnumerable<Exchange> Exchanges()
    {
        foreach (var exchange in _scenario.GetProperty("exchanges").EnumerateArray())
        {
            if (!exchange.TryGetProperty("request", out var request) || !exchange.TryGetProperty("response", out var response))
            {
                continue;
            }

            byte[]? body = null;
            if (request.TryGetProperty("bodyText", out var text))
            {
                body = Encoding.UTF8.GetBytes(Fill(text.GetString()!));
            }
            else if (request.TryGetProperty("bodyBase64", out var base64))
            {
                body = base64.GetBytesFromBase64();
            }
            else if (request.TryGetProperty("body", out var json))
            {
                body = Encoding.UTF8.GetBytes(Fill(json.GetRawText()));
            }

            yield return new Exchange(
                request.GetProperty("method").GetString()!, Fill(request.GetProperty("path").GetString()!), request, body, response);
            Capture(exchange, response);
        }
    }

    private void Capture(JsonElement exchange, JsonElement response)
    {
        if (!exchange.TryGetProperty("capture", out var captures) || !response.TryGetProperty("body", out var value))
        {
            return;
        }

        foreach (var capture in captures.EnumerateObject().Where(c => c.Value.ValueKind == JsonValueKind.String))
        {
            var found = value;
            foreach (var step in capture.Value.GetString()!.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var known = found.ValueKind switch
                {
                    JsonValueKind.Array => int.TryParse(step, out var index) && index < found.GetArrayLength(),
                    JsonValueKind.Object => found.TryGetProperty(step, out _),
                    _ => false,
                };
                found = !known ? default : found.ValueKind == JsonValueKind.Array ? found[int.Parse(step, CultureInfo.InvariantCulture)] : found.GetProperty(step);
            }

            if (found.ValueKind == JsonValueKind.String)
            {
                _captured[capture.Name] = found.GetString()!;
            }
        }
    }

    private string Fill(string text)
    {
        foreach (var (name, value) in _captured)
        {
            text = text.Replace("{" + name + "}", value, StringComparison.Ordinal);
        }

        return text;
    }

    internal sealed record Exchange(string Method, string Path, JsonElement Request, byte[]? Body, JsonElement Response)
    {
        public int Status => Response.GetProperty("status").GetInt32();

        public string? Member(string name) =>
            Response.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
