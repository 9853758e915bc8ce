using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Node;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>A node in this process over a store in memory, with a client that is its admin, and ways to fill databases quickly.</summary>
internal sealed class NodeUnderTest : IAsyncDisposable
{
    /// <summary>No test waits longer than this for what must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Credentials = Convert.ToBase64String("admin:pass"u8);

    private readonly MemoryStore _store;

    private NodeUnderTest(MemoryStore store, LogLines log, NodeServer node)
    {
        _store = store;
        Log = log;
        Server = node;
        Client = new HttpClient { BaseAddress = node.Address, Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Credentials);
    }

    public NodeServer Server { get; }

    public LocalNode Node => Server.Node;

    public MemoryStore Store => _store;

    public LogLines Log { get; }

    public HttpClient Client { get; }

    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="store">What it begins with, and disposes of; null for nothing.</param>
    public static async Task<NodeUnderTest> StartAsync(TimeProvider? time = null, MemoryStore? store = null)
    {
        store ??= new MemoryStore();
        var log = new LogLines();
        var node = await NodeServer.StartAsync(new NodeOptions
        {
            Store = store,
            Time = time ?? TimeProvider.System,
            Admin = ("admin", "pass"),
            Log = log,
            Settings =
            [
                ("chttpd", "port", "0"),
                ("chttpd", "bind_address", "127.0.0.1"),
                ("chttpd_auth", "iterations", "1"),
                ("couchdb", "single_node", "false"),
                ("log", "level", "notice"),
            ],
        });
        return new NodeUnderTest(store, log, node);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _store.Dispose();
        await Log.DisposeAsync();
    }

    public Task<Database> CreateAsync(string name) => Node.Databases.CreateAsync(name, new DatabaseOptions(), CancellationToken.None);

    /// <summary>Writes documents without HTTP.</summary>
    public static async Task<IReadOnlyList<RevisionId>> PutAsync(Database database, params IEnumerable<(string Id, string Json)> documents)
    {
        var writes = documents
            .Select(static document => new DocumentWrite(
                document.Id, DocumentParser.Parse(Encoding.UTF8.GetBytes(document.Json), new DocumentLimits()), []))
            .ToList();
        var outcomes = await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None);
        Assert.All(outcomes, static outcome => Assert.Null(outcome.Error));
        return [.. outcomes.Select(static outcome => outcome.Revision)];
    }

    /// <summary>Merges a replicated revision.</summary>
    public static async Task MergeAsync(Database database, string id, string json)
    {
        var parsed = DocumentParser.Parse(Encoding.UTF8.GetBytes(json), new DocumentLimits());
        var outcomes = await database.WriteAsync([new DocumentWrite(id, parsed, [])], WriteMode.Replicated, CancellationToken.None);
        Assert.Null(outcomes[0].Error);
    }

    public async Task<(int Status, string Body)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<(int Status, string Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Begins a request whose answer is read as it comes.</summary>
    public async Task<OpenAnswer> OpenAsync(string path, string? json = null)
    {
        using var request = new HttpRequestMessage(json is null ? HttpMethod.Get : HttpMethod.Post, path);
        if (json is not null)
        {
            request.Content = new StringContent(json);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new OpenAnswer(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>Sends a GET over a connection that nobody reads for the test.</summary>
    public async Task<Socket> SendRawAsync(string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await socket.ConnectAsync(Node.Address.Host, Node.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {Credentials}\r\n\r\n"));
        return socket;
    }
}
