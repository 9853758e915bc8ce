using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CloudWall.Node;

namespace CloudWall.Server.Tests.Stores;

/// <summary>A node over the data directory of an earlier version's (<c>tests/stores</c>), and what the earlier one had answered.</summary>
internal sealed class EarlierStore : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private NodeServer _node;

    private EarlierStore(TemporaryDirectory directory, NodeServer node, JsonObject seen, StringWriter log)
    {
        _directory = directory;
        _node = node;
        Seen = seen;
        Log = log;
        Client = ClientOf(node);
    }

    /// <summary>The versions there are stores of.</summary>
    public static TheoryData<string> Versions =>
        [.. Directory.EnumerateFiles(Folder, "*.tar.gz").Select(static file => Path.GetFileName(file)[..^".tar.gz".Length])];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "stores");

    /// <summary>Speaks to the node as its admin.</summary>
    public HttpClient Client { get; private set; }

    /// <summary><c>seen.json</c>.</summary>
    public JsonObject Seen { get; }

    /// <summary>The node.</summary>
    public LocalNode Node => _node.Node;

    /// <summary>What the node has logged.</summary>
    public StringWriter Log { get; }

    /// <summary>Unpacks a version's data directory and starts a node on it.</summary>
    public static async Task<EarlierStore> OpenAsync(string version)
    {
        var directory = new TemporaryDirectory();
        await using (var file = File.OpenRead(Path.Combine(Folder, version + ".tar.gz")))
        await using (var unpacked = new GZipStream(file, CompressionMode.Decompress))
        {
            await TarFile.ExtractToDirectoryAsync(unpacked, directory.Path, overwriteFiles: false);
        }

        var seen = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory.Path, "seen.json")))!.AsObject();
        var log = new StringWriter();
        return new EarlierStore(directory, await StartAsync(directory, log), seen, log);
    }

    /// <summary>Ends the node in order, and starts another one on the same data.</summary>
    public async Task ReopenAsync()
    {
        Client.Dispose();
        await _node.DisposeAsync();
        _node = await StartAsync(_directory, Log);
        Client = ClientOf(_node);
    }

    /// <summary>What a GET answers with 200.</summary>
    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    /// <summary>What a request with a body answers with success.</summary>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = InProcessNode.Json(body) };
        using var answer = await Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _node.DisposeAsync();
        _directory.Dispose();
    }

    private static Task<NodeServer> StartAsync(TemporaryDirectory directory, StringWriter log) => NodeServer.StartAsync(new NodeOptions
    {
        DataDirectory = Path.Combine(directory.Path, "data"),
        Log = log,
        Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10"), ("replicator", "checkpoint_interval", "1000")],
    });

    private static HttpClient ClientOf(NodeServer node)
    {
        var client = new HttpClient { BaseAddress = node.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:pass"u8));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }
}
