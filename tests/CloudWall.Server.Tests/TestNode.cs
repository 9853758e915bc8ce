using System.Text;
using CloudWall.Node;
using CloudWall.Server.Http;
using CloudWall.Server.Tests.Golden;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests;

/// <summary>A node in this process over a store in memory, and a client that is its admin unless told otherwise.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MemoryStore _store;
    private readonly RawHttpClient _client;

    private TestNode(MemoryStore store, NodeServer node)
    {
        _store = store;
        Server = node;
        _client = new RawHttpClient(node.Address.Authority);
    }

    public NodeServer Server { get; }

    public LocalNode Node => Server.Node;

    /// <summary>The node's routes.</summary>
    public RouteTable Routes => Server.Routes;

    public static Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings) =>
        StartAsync(TimeProvider.System, settings);

    public static Task<TestNode> StartAsync(TimeProvider time, params (string Section, string Key, string Value)[] settings) =>
        StartAsync(time, new Dictionary<string, string>(), settings);

    public static async Task<TestNode> StartAsync(
        TimeProvider time, IReadOnlyDictionary<string, string> queryServers, params (string Section, string Key, string Value)[] settings)
    {
        var store = new MemoryStore();
        var node = await NodeServer.StartAsync(new NodeOptions
        {
            Store = store,
            Time = time,
            QueryServers = queryServers,
            Admin = ("admin", "pass"),
            Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10"), ("couchdb", "single_node", "false"), .. settings],
        });
        return new TestNode(store, node);
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

    /// <summary>Sends a request. <paramref name="headers"/> are lines such as <c>Accept: text/plain</c>.</summary>
    public Task<HttpAnswer> SendAsync(string method, string target, string? body = null, string? credentials = "admin:pass", params string[] headers) =>
        SendBytesAsync(method, target, body is null ? null : Encoding.UTF8.GetBytes(body), credentials, headers);

    /// <summary>Sends a request with a body of bytes.</summary>
    public Task<HttpAnswer> SendBytesAsync(string method, string target, byte[]? body, string? credentials, string[] headers)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (credentials is not null)
        {
            all["Authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
        }

        foreach (var line in headers)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            all[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return _client.SendAsync(new HttpRequest(method, target, all, body), Patience);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
        _store.Dispose();
    }
}
