using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CloudWall.Node;

namespace CloudWall.Server.Tests.Durability;

/// <summary>A node over a data directory, its client, and copies of the directory as the end of the process would leave it.</summary>
internal sealed class DurableNode : IAsyncDisposable
{
    private DurableNode(string path, NodeServer node, StringWriter log)
    {
        Path = path;
        Server = node;
        Log = log;
        Client = new HttpClient { BaseAddress = node.Address };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:pass"u8));
    }

    public string Path { get; }

    public NodeServer Server { get; }

    public LocalNode Node => Server.Node;

    /// <summary>What it has logged, once it has been disposed of.</summary>
    public StringWriter Log { get; }

    public HttpClient Client { get; }

    public static Task<DurableNode> StartAsync(string path, params (string Section, string Key, string Value)[] settings) =>
        StartAsync(path, static options => options, settings);

    public static async Task<DurableNode> StartAsync(
        string path, Func<NodeOptions, NodeOptions> change, params (string Section, string Key, string Value)[] settings)
    {
        var log = new StringWriter();
        var node = await NodeServer.StartAsync(change(Options(path, settings)) with { Log = log });
        return new DurableNode(path, node, log);
    }

    /// <summary>What it is started with.</summary>
    public static NodeOptions Options(string path, params (string Section, string Key, string Value)[] settings) => new()
    {
        DataDirectory = path,
        Admin = ("admin", "pass"),
        Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10"), .. settings],
    };

    /// <summary>Copies a data directory while its node runs.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = System.IO.Path.GetRelativePath(from, file);
            if (System.IO.Path.GetFileName(name) is not ("LOCK" or "node.lock" or "node.pid" or "reserve"))
            {
                var copy = System.IO.Path.Combine(to, name);
                CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The log in which the newest writes of a data directory are.</summary>
    public static string NewestLog(string path) => Directory.GetFiles(System.IO.Path.Combine(path, "store"), "*.log")
        .Where(static log => new FileInfo(log).Length > 0).Order(StringComparer.Ordinal).Last();

    /// <summary>Flips a bit in the middle of a file.</summary>
    public static void Flip(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 16;
        File.WriteAllBytes(file, bytes);
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    /// <summary>Sends a request and gives its status and answer.</summary>
    public Task<(int Status, JsonNode? Answer)> SendAsync(HttpMethod method, string path, string? body = null) =>
        SendContentAsync(method, path, body is null ? null : InProcessNode.Json(body));

    /// <summary>Sends a request with any body and gives its status and answer.</summary>
    public async Task<(int Status, JsonNode? Answer)> SendContentAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public Task<(int Status, JsonNode? Answer)> PutAsync(string path, string? body = null) => SendAsync(HttpMethod.Put, path, body);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
