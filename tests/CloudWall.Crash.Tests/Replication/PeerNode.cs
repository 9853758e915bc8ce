using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Crash.Tests.Replication;

/// <summary>One of two nodes that replicate: at one port always, killed and put back to earlier states. Knows what it has acknowledged.</summary>
internal sealed class PeerNode : IAsyncDisposable
{
    private const string Settings = """
        [replicator]
        connection_timeout = 2000
        retries_per_request = 2
        worker_batch_size = 20
        checkpoint_interval = 100
        max_backoff = 1
        """;

    private readonly TemporaryDirectory _data = new();
    private readonly int _port = NodeProcess.FreePort();
    private readonly string _name;
    private List<(string Id, string Revision)> _acknowledged = [];
    private int _copied;
    private NodeProcess? _process;

    public PeerNode(string name) => _name = name;

    /// <summary>Its database, with credentials.</summary>
    public string Url => $"http://admin:pass@127.0.0.1:{_port}/db";

    /// <summary>What it has acknowledged and must still have.</summary>
    public IReadOnlyList<(string Id, string Revision)> Acknowledged => _acknowledged;

    private HttpClient Client => _process!.Client;

    private string Copy => _data.Beside("copy");

    public async Task StartAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _process = await NodeProcess.StartAsync(_data.Path, port: _port, more: Settings, withJobs: true);
        Assert.False(_process.HasExited, _process.HasExited ? await _process.Errors : "");
    }

    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Keeps a copy of the data of the killed node.</summary>
    public async Task KeepAsync()
    {
        if (Directory.Exists(Copy))
        {
            Directory.Delete(Copy, recursive: true);
        }

        await CopyAsync(_data.Path, Copy);
        _copied = _acknowledged.Count;
    }

    /// <summary>Puts the copy in the place of the killed node's data. What was acknowledged since is lost, unless others have it.</summary>
    public async Task RestoreAsync()
    {
        Directory.Delete(_data.Path, recursive: true);
        await CopyAsync(Copy, _data.Path);
        _acknowledged = _acknowledged[.._copied];
    }

    /// <summary>Writes documents: new ones, and edits of some that the other edits, too.</summary>
    public async Task WriteAsync(Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = random.Next(3) == 0
                ? string.Create(CultureInfo.InvariantCulture, $"shared{random.Next(5)}")
                : string.Create(CultureInfo.InvariantCulture, $"{_name}{random.Next():x8}");
            var document = new JsonObject { ["at"] = _name, ["n"] = random.Next() };
            using var old = await Client.GetAsync("db/" + id);
            if (old.StatusCode == HttpStatusCode.OK)
            {
                document["_rev"] = (string)JsonNode.Parse(await old.Content.ReadAsStringAsync())!["_rev"]!;
            }

            using var answer = await Client.PutAsync("db/" + id, Json(document.ToJsonString()));
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                _acknowledged.Add((id, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["rev"]!));
            }
            else
            {
                Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
            }
        }
    }

    public async Task PutAsync(string path, string? body)
    {
        using var answer = await Client.PutAsync(path, body is null ? null : Json(body));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    public Task<string> ReadAsync(string path) => Client.GetStringAsync(path);

    /// <summary>All leaves of its documents.</summary>
    public async Task<HashSet<(string Id, string Revision)>> LeavesAsync()
    {
        var json = JsonNode.Parse(await Client.GetStringAsync("db/_changes?style=all_docs"))!;
        return [.. json["results"]!.AsArray()
            .SelectMany(static row => row!["changes"]!.AsArray().Select(change => ((string)row["id"]!, (string)change!["rev"]!)))];
    }

    /// <summary>Which of some revisions it does not know, as JSON.</summary>
    public async Task<string> MissingAsync(IEnumerable<(string Id, string Revision)> revisions)
    {
        var known = new JsonObject();
        foreach (var document in revisions.GroupBy(static write => write.Id))
        {
            known[document.Key] = new JsonArray([.. document.Select(static write => (JsonNode)write.Revision)]);
        }

        using var answer = await Client.PostAsync("db/_revs_diff", Json(known.ToJsonString()));
        return (await answer.Content.ReadAsStringAsync()).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _data.Dispose();
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task CopyAsync(string from, string to)
    {
        using var copy = Process.Start("cp", ["-a", from, to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }
}
