using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Tests.Runs;

/// <summary>A database behind a URL, of whose documents some do not come as they are announced. Each has one attachment.</summary>
internal sealed class DamagedSource : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<(string Id, int Generation)> _changes = [];
    private readonly Dictionary<string, string> _locals = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How documents are damaged, by their ids.</summary>
    public ConcurrentDictionary<string, Damage> Damaged { get; } = [];

    /// <summary>How often the attachment of a document was asked for.</summary>
    public ConcurrentDictionary<string, int> Asked { get; } = [];

    /// <summary>Called when the attachment of a document is asked for.</summary>
    public Action<string>? OnAsked { get; set; }

    /// <summary>The checkpoints that were written here, by their ids.</summary>
    public IReadOnlyDictionary<string, string> Locals => _locals;

    public static RemoteOptions Options => new() { Retries = 1, FirstDelay = TimeSpan.Zero, Connections = 3 };

    /// <summary>Writes a document, or a new revision of it.</summary>
    public void Write(string id)
    {
        lock (_gate)
        {
            var last = _changes.FindIndex(change => change.Id == id);
            var generation = 1;
            if (last >= 0)
            {
                generation = _changes[last].Generation + 1;
                _changes[last] = (string.Empty, 0);
            }

            _changes.Add((id, generation));
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Forgets a document as if it had never been.</summary>
    public void Purge(string id)
    {
        lock (_gate)
        {
            _changes[_changes.FindIndex(change => change.Id == id)] = (string.Empty, 0);
        }
    }

    public Peer Open() => new RemotePeer(
        RemoteAddress.Parse("http://host/db", []), Options, new Shared(this), TimeProvider.System, static () => 0.5);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : string.Empty;
        var query = request.RequestUri!.Query;
        var parts = request.RequestUri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["db", "_changes"])
        {
            return await ChangesAsync(query, cancellationToken);
        }

        lock (_gate)
        {
            return parts switch
            {
                [] => Json("""{"couchdb":"Welcome","uuid":"source"}"""),
                ["db"] => Json($$"""{"update_seq":{{_changes.Count}},"instance_start_time":"1","doc_count":1}"""),
                ["db", "_ensure_full_commit"] => Json("""{"ok":true,"instance_start_time":"1"}"""),
                ["db", "_local", var id] => request.Method == HttpMethod.Put ? WriteLocal(id, body) : Local(id),
                ["db", "_bulk_get"] => BulkGet(body, query),
                ["db", var id, _] => Attachment(id),
                ["db", var id] when query.Contains("open_revs", StringComparison.Ordinal) => Json($"[{Opened(id, AskedIn(query), query)}]"),
                ["db", var id] => WithAttachment(id),
                _ => throw new NotSupportedException(request.RequestUri.ToString()),
            };
        }
    }

    private static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    private static string Hash(int generation) => generation.ToString("d32", CultureInfo.InvariantCulture);

    private static string Revision(int generation) => string.Create(CultureInfo.InvariantCulture, $"{generation}-{Hash(generation)}");

    private async Task<HttpResponseMessage> ChangesAsync(string query, CancellationToken cancellation)
    {
        var parameters = query.TrimStart('?').Split('&').Select(static pair => pair.Split('='))
            .ToDictionary(static pair => pair[0], static pair => pair[1]);
        var since = int.Parse(parameters["since"], CultureInfo.InvariantCulture);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (since < _changes.Count || parameters["feed"] != "longpoll")
                {
                    var end = Math.Min(_changes.Count, since + int.Parse(parameters["limit"], CultureInfo.InvariantCulture));
                    var rows = Enumerable.Range(since, end - since).Where(i => _changes[i].Generation > 0).Select(i =>
                        $$"""{"seq":{{i + 1}},"id":"{{_changes[i].Id}}","changes":[{"rev":"{{Revision(_changes[i].Generation)}}"}]}""");
                    return Json($$"""{"results":[{{string.Join(',', rows)}}],"last_seq":{{end}},"pending":{{_changes.Count - end}}}""");
                }
            }

            await changed.WaitAsync(cancellation);
        }
    }

    private HttpResponseMessage Local(string id) =>
        _locals.TryGetValue(id, out var json) ? Json("{\"_rev\":\"0-1\"," + json[1..]) : Json("{}", HttpStatusCode.NotFound);

    private HttpResponseMessage WriteLocal(string id, string json)
    {
        _locals[id] = json;
        return Json("""{"ok":true,"rev":"0-1"}""", HttpStatusCode.Created);
    }

    private HttpResponseMessage BulkGet(string body, string query)
    {
        using var json = JsonDocument.Parse(body);
        var documents = json.RootElement.GetProperty("docs").EnumerateArray()
            .Select(static document => (Id: document.GetProperty("id").GetString()!, Revision: document.GetProperty("rev").GetString()!));
        var results = documents.Select(document =>
            $$"""{"id":"{{document.Id}}","docs":[{{Opened(document.Id, document.Revision, query)}}]}""");
        return Json($$"""{"results":[{{string.Join(',', results)}}]}""");
    }

    private static string AskedIn(string query) => Uri.UnescapeDataString(query).Split('"')[1];

    /// <summary>The revision that is asked for, or with <c>latest</c> the newest.</summary>
    private string Opened(string id, string revision, string query)
    {
        if (!_changes.Exists(change => change.Id == id) || Damaged.GetValueOrDefault(id) == Damage.Gone)
        {
            return """{"error":{}}""";
        }

        var generation = query.Contains("latest=true", StringComparison.Ordinal)
            ? _changes.Find(change => change.Id == id).Generation
            : int.Parse(revision.Split('-')[0], CultureInfo.InvariantCulture);
        var hashes = string.Join(',', Enumerable.Range(1, generation).Reverse().Select(static each => $"\"{Hash(each)}\""));
        var digest = Convert.ToBase64String(MD5.HashData("yes"u8));
        var garbled = Damaged.GetValueOrDefault(id) == Damage.Body ? ",\"x\":\"\\ud800\"" : string.Empty;
        return $$$"""
            {"ok":{"_id":"{{{id}}}","_rev":"{{{Revision(generation)}}}","_revisions":{"start":{{{generation}}},"ids":[{{{hashes}}}]},
            "_attachments":{"a":{"content_type":"text/plain","revpos":1,"length":3,"stub":true,"digest":"md5-{{{digest}}}"}}{{{garbled}}}}}
            """;
    }

    private string? Content(string id)
    {
        Asked.AddOrUpdate(id, 1, static (_, count) => count + 1);
        OnAsked?.Invoke(id);
        return Damaged.GetValueOrDefault(id) switch
        {
            Damage.Digest => "no!",
            Damage.Length => "y",
            Damage.Missing => null,
            _ => "yes",
        };
    }

    private bool IsUnavailable(string id) => Damaged.GetValueOrDefault(id) == Damage.Unavailable;

    private HttpResponseMessage Attachment(string id) => IsUnavailable(id) ? Json("{}", HttpStatusCode.InternalServerError)
        : Content(id) is { } content
        ? new HttpResponseMessage { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) }
        : Json("{}", HttpStatusCode.NotFound);

    private HttpResponseMessage WithAttachment(string id)
    {
        var part = Content(id) is { } content ? $"\r\n--cut\r\n\r\n{content}" : string.Empty;
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"--cut\r\nContent-Type: application/json\r\n\r\n{{}}{part}\r\n--cut--"));
        body.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/related; boundary=\"cut\"");
        return new HttpResponseMessage { Content = body };
    }

    /// <summary>A connection of one peer, which disposes of it.</summary>
    private sealed class Shared(DamagedSource source) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await source.SendAsync(request, cancellationToken);
            response.RequestMessage = request;
            return response;
        }
    }
}
