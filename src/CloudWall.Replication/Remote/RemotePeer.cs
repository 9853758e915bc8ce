using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>A database behind a URL.</summary>
internal sealed class RemotePeer : Peer
{
    /// <summary>How many bytes a design document may have of which the code of a filter is read.</summary>
    private const int LongestDesign = 16 << 20;

    /// <summary>The header with which a CloudWall node says when a database was created, in milliseconds since 1970.</summary>
    private const string Created = "X-CloudWall-Created";

    private readonly PeerHttp _http;
    private readonly RemoteRevisions _revisions;
    private readonly RemoteWriter _writer;

    /// <summary>A remote database of which nothing has been asked yet.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="options">How it is talked to.</param>
    /// <param name="handler">The connections; disposed of with this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="randomness">Numbers from 0 to 1.</param>
    public RemotePeer(RemoteAddress address, RemoteOptions options, HttpMessageHandler handler, TimeProvider time, Func<double> randomness)
    {
        _http = new PeerHttp(address, options, handler, time, randomness);
        _revisions = new RemoteRevisions(_http);
        _writer = new RemoteWriter(_http, randomness);
    }

    public override string Name => _http.Address.ToString();

    public override long BulkGetAttempts => _revisions.BulkGetAttempts;

    public override long BulkGetDocuments => _revisions.BulkGetDocuments;

    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => _http.RunAsync(
        new PeerRequest(HttpMethod.Get, string.Empty) { IsToServer = true, Expects = static status => (int)status < 500 },
        async (answer, token) =>
        {
            if (!answer.IsSuccess)
            {
                return new PeerServer(null, null);
            }

            using var json = await answer.ReadJsonAsync(token);
            var root = json.RootElement;
            _writer.TakesPackedParts = Text(root, "couchdb") is not null;
            var boot = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("vendor", out var vendor) ? Text(vendor, "boot") : null;
            return new PeerServer(Text(root, "uuid"), boot);
        },
        cancellation);

    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) => _http.RunAsync(
        new PeerRequest(HttpMethod.Get, string.Empty) { Expects = static status => status == HttpStatusCode.NotFound },
        async (answer, token) =>
        {
            if (!answer.IsSuccess)
            {
                throw PeerFailures.NoDatabase(_http.Address);
            }

            using var json = await answer.ReadJsonAsync(token);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException("it is no database");
            }

            var info = new PeerInfo(
                root.TryGetProperty("update_seq", out var sequence) ? sequence.GetRawText() : "0",
                Text(root, "instance_start_time") ?? "0")
            {
                IsEmpty = Number(root, "doc_count") == 0 && Number(root, "doc_del_count") == 0,
            };
            return CreatedAt(answer) is { } createdAt ? info with { Identity = PeerInfo.IdentityOf(createdAt) } : info;
        },
        cancellation);

    public override async Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation)
    {
        var query = string.Join('&', parameters.Select(static pair => Uri.EscapeDataString(pair.Key) + "=" + Uri.EscapeDataString(pair.Value)));
        await _http.RunAsync(
            new PeerRequest(HttpMethod.Put, query.Length == 0 ? string.Empty : "?" + query)
            {
                // It may exist already. What cannot be created, because of its name or of the parameters, is found missing next, as
                // CouchDB does.
                Expects = static status => status
                    is HttpStatusCode.PreconditionFailed or HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed,
            },
            async (answer, token) =>
            {
                // What a CloudWall node cannot do yet it says in words that a user understands.
                return answer.Status == HttpStatusCode.BadRequest && await answer.ReadErrorAsync(token) is ("not_implemented", { } reason)
                    ? throw new PeerException(new DocumentError(400, "not_implemented", reason), isTransient: false)
                    : true;
            },
            cancellation);
    }

    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) => _http.RunAsync(
        new PeerRequest(HttpMethod.Get, RemotePath.Document("_local/" + id)) { Expects = static status => status == HttpStatusCode.NotFound },
        static async (answer, token) =>
        {
            if (!answer.IsSuccess)
            {
                return null;
            }

            using var json = await answer.ReadJsonAsync(token);
            return Text(json.RootElement, "_rev") is { } revision
                ? new LocalDocumentState(revision, Utf8Of(json.RootElement))
                : null;
        },
        cancellation);

    public override Task<string> WriteLocalAsync(
        string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var document = Local("_local/" + id, revision, body);
        return _http.RunAsync(
            new PeerRequest(HttpMethod.Put, RemotePath.Document("_local/" + id))
            {
                Content = () => PeerHttp.Json(document),

                // Who answers the second time may have been put back meanwhile, which must be looked at first.
                MayRepeat = false,
            },
            static async (answer, token) =>
            {
                using var json = await answer.ReadJsonAsync(token);
                return Text(json.RootElement, "rev") ?? throw new InvalidDataException("it does not say the revision");
            },
            cancellation);
    }

    public override async Task<string> EnsureFullCommitAsync(CancellationToken cancellation)
    {
        var time = await _http.RunAsync(
            new PeerRequest(HttpMethod.Post, "_ensure_full_commit")
            {
                Content = static () => PeerHttp.Json("{}"u8.ToArray()),

                // Some databases write through, and do not know the request.
                Expects = static status => status is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound,
            },
            static async (answer, token) =>
            {
                if (!answer.IsSuccess)
                {
                    return null;
                }

                using var json = await answer.ReadJsonAsync(token);
                return Text(json.RootElement, "instance_start_time");
            },
            cancellation);
        return time ?? (await ReadInfoAsync(cancellation)).InstanceStartTime;
    }

    public override Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation) => _http.RunAsync(
        new PeerRequest(HttpMethod.Get, RemotePath.Document("_design/" + filter.Split('/', 2)[0]))
        {
            Expects = static status => status == HttpStatusCode.NotFound,
        },
        async (answer, token) =>
        {
            if (!answer.IsSuccess)
            {
                return FilterCode.Find(null, filter, Name);
            }

            return (string?)FilterCode.Find(await answer.ReadBytesAsync(LongestDesign, token), filter, Name);
        },
        cancellation);

    public override Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation) =>
        RemoteChanges.ReadAsync(_http, since, limit, wait, selection, cancellation);

    public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation) =>
        RevisionsDiff.FindMissingAsync(_http, changes, cancellation);

    public override IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation) => _revisions.FetchAsync(missing, cancellation);

    public override Task<IReadOnlyList<WriteFailure>> WriteAsync(
        IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation) => _writer.WriteAsync(revisions, cancellation);

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return base.DisposeAsync();
    }

    private static byte[] Local(string id, string? revision, ReadOnlyMemory<byte> body)
    {
        using var json = new JsonBuffer();
        MemberWriter.WriteId(json, id);
        if (revision is not null)
        {
            json.Raw(",\"_rev\":"u8).Text(revision);
        }

        if (body.Length > 2)
        {
            json.Raw(","u8);
        }

        return json.Raw(body.Span[1..]).WrittenSpan.ToArray();
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? CreatedAt(PeerAnswer answer) =>
        answer.Response.Headers.TryGetValues(Created, out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= long.MaxValue / 1000
            ? milliseconds
            : null;

    private static long? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static ReadOnlyMemory<byte> Utf8Of(JsonElement json) => JsonMarshal.GetRawUtf8Value(json).ToArray();
}
