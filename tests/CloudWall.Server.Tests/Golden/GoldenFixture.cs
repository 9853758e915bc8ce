using System.Security.Cryptography;
using CloudWall.Node;

namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// The server under test: a node of our own in this process, with its data in a temporary directory; or the server that
/// <c>CLOUDWALL_GOLDEN_URL</c> names, with an administrator's name and password in it.
/// </summary>
public sealed class GoldenFixture : IAsyncLifetime
{
    private static readonly (string Section, string Key, string Value)[] Settings =
    [
        ("chttpd", "bind_address", "127.0.0.1"),
        ("chttpd", "port", "0"),
        ("chttpd", "enable_cors", "true"),
        ("couch_httpd_auth", "same_site", ""),
        ("chttpd_auth", "iterations", "1000"),
        ("cors", "origins", "*"),
        ("cors", "credentials", "true"),
        ("cors", "methods", "GET, PUT, POST, HEAD, DELETE"),
        ("cors", "headers", "accept, authorization, content-type, origin, referer, x-csrf-token"),
    ];

    private readonly string _run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "cloudwall-golden-" + Guid.NewGuid().ToString("n"));
    private NodeServer? _node;
    private GoldenServer? _server;
    private int _scenarios;

    internal GoldenServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    internal WaitingList Waiting { get; private set; } = WaitingList.Load();

    internal GoldenReport Report { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CLOUDWALL_GOLDEN_URL") is { Length: > 0 } url)
        {
            var address = new Uri(url);
            var credentials = address.UserInfo.Split(':', 2);
            _server = new GoldenServer(address, Uri.UnescapeDataString(credentials[0]), Uri.UnescapeDataString(credentials[1]));
            Waiting = WaitingList.Empty();
        }
        else
        {
            _server = await StartAsync();
        }
    }

    /// <summary>A token that no other scenario of this replay has, nor of another on the same server.</summary>
    internal string NextRun() => $"{_run}_{++_scenarios}";

    public async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("CLOUDWALL_GOLDEN_REPORT") is { Length: > 0 } path)
        {
            Report.Write(path);
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task<GoldenServer> StartAsync()
    {
        const string Admin = "admin";
        const string Password = "pass";
        _node = await NodeServer.StartAsync(new NodeOptions { DataDirectory = _directory, Settings = Settings, Admin = (Admin, Password) });
        var server = new GoldenServer(_node.Address, Admin, Password);
        using var client = new RawHttpClient(server.Host);
        var credentials = Convert.ToBase64String("admin:pass"u8);
        foreach (var database in (string[])["_users", "_replicator"])
        {
            var headers = new Dictionary<string, string> { ["authorization"] = "Basic " + credentials };
            await client.SendAsync(new HttpRequest("PUT", "/" + database, headers, null), TimeSpan.FromSeconds(15));
        }

        return server;
    }
}
