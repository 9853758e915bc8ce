using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CloudWall.Server.Cors;

namespace CloudWall.Server.CommandLine;

/// <summary>What <c>origins add</c> does: changes <c>[cors] origins</c> of the node that runs on a port of this machine.</summary>
internal static class OriginsCommand
{
    /// <summary>Adds an origin. It may ask from then on.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="port">The node's port.</param>
    /// <param name="admin">An admin of the node; null where none was named.</param>
    /// <param name="output">Gets what was done.</param>
    /// <param name="error">Gets why it was not.</param>
    /// <returns>Whether it may ask now.</returns>
    public static async Task<bool> AddAsync(
        string origin, int port, (string Name, string Password)? admin, TextWriter output, TextWriter error)
    {
        if (admin is not { } known)
        {
            await error.WriteLineAsync("COUCHDB_USER and COUCHDB_PASSWORD must name an admin of the node.");
            return false;
        }

        var address = new UriBuilder("http", "127.0.0.1", port, "_node/_local/_config/cors/origins").Uri;
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{known.Name}:{known.Password}")));
        try
        {
            using var now = await client.GetAsync(address);
            if (now.StatusCode != HttpStatusCode.NotFound && !now.IsSuccessStatusCode)
            {
                return await FailAsync(now);
            }

            var text = now.IsSuccessStatusCode ? Parse(await now.Content.ReadAsStringAsync()) : string.Join(", ", Origin.Usual);
            var origins = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (!origins.Contains("*") && !origins.Contains(origin))
            {
                text = string.Join(", ", [.. origins, origin]);
                using var body = new StringContent("\"" + JsonEncodedText.Encode(text) + "\"", Encoding.UTF8, "application/json");
                using var done = await client.PutAsync(address, body);
                if (!done.IsSuccessStatusCode)
                {
                    return await FailAsync(done);
                }
            }

            await output.WriteLineAsync($"Pages of these origins may use the node: {text}");
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await error.WriteLineAsync($"No node answers on port {port}: {e.Message}");
            return false;
        }

        async Task<bool> FailAsync(HttpResponseMessage answer)
        {
            await error.WriteLineAsync($"The node refused: {(await answer.Content.ReadAsStringAsync()).Trim()}");
            return false;
        }
    }

    private static string Parse(string json)
    {
        using var value = JsonDocument.Parse(json);
        return value.RootElement.GetString() ?? string.Empty;
    }
}
