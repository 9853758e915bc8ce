using System.Net.Http.Headers;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Node;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests;

/// <summary>A node on a free port over a store in memory, with one database, and a client that is its admin.</summary>
internal sealed class InProcessNode : IAsyncDisposable
{
    private readonly MemoryStore _store;
    private readonly NodeServer _node;

    private InProcessNode(MemoryStore store, NodeServer node, Database database, StringWriter log)
    {
        _store = store;
        _node = node;
        Log = log;
        Database = database;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = node.Address };
        Client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:secret"u8));
    }

    public HttpClient Client { get; }

    public Database Database { get; }

    public MemoryStore Store => _store;

    public Uri Address => _node.Address;

    /// <summary>What it has logged, once it has been disposed of.</summary>
    public StringWriter Log { get; }

    public static async Task<InProcessNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var store = new MemoryStore();
        var log = new StringWriter();
        var node = await NodeServer.StartAsync(new NodeOptions
        {
            Store = store,
            Log = log,
            Admin = ("admin", "secret"),
            Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10"), ("couchdb", "single_node", "false"), .. settings],
        });
        return new InProcessNode(store, node, await node.Node.Databases.CreateAsync("db", new DatabaseOptions(), CancellationToken.None), log);
    }

    /// <summary>How many rows a part of the store has.</summary>
    public int Count(Keyspace keyspace)
    {
        using var cursor = _store.Scan(keyspace, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }

    /// <summary>Sends a request. Headers are lines <c>Name: value</c>.</summary>
    public async Task<Answer> SendAsync(string method, string path, HttpContent? content = null, params string[] headers)
    {
        // The path goes out as it is written, escapes and all.
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path)) { Content = content };
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        using var response = await Client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        var all = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, all, body);
    }

    public Task<Answer> GetAsync(string path, params string[] headers) => SendAsync("GET", path, null, headers);

    public Task<Answer> PutAsync(string path, string json, params string[] headers) => SendAsync("PUT", path, Json(json), headers);

    public Task<Answer> PostAsync(string path, string json, params string[] headers) => SendAsync("POST", path, Json(json), headers);

    public static HttpContent Json(string json) => Content("application/json", Encoding.UTF8.GetBytes(json));

    public static HttpContent Content(string type, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _node.DisposeAsync();
        _store.Dispose();
    }

    /// <summary>What came back.</summary>
    internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
    {
        public string Text => Encoding.UTF8.GetString(Bytes);

        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }
}
