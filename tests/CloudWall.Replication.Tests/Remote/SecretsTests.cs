using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Tests.Remote;

/// <summary>Review, attack 17: where passwords, cookies and other secrets of a replication go, and where not.</summary>
public sealed class SecretsTests
{
    private const string Credentials = "Basic YWRtaW46aHVudGVyMg==";
    private static readonly string[] NotForOthers = ["authorization", "cookie", "x-token", "hunter2", "YWRtaW46"];

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Another_origin_gets_no_secrets_of_a_request_that_is_led_there(int status)
    {
        await using var other = new RawServer(_ => Json("""{"update_seq":"0","instance_start_time":"1"}"""));
        await using var peer = new RawServer(_ => $"HTTP/1.1 {status} Moved\r\nLocation: {other.Url}/elsewhere\r\nContent-Length: 0\r\n\r\n");

        await ReadInfoAsync(peer);

        var led = Assert.Single(other.Requests);
        Assert.StartsWith("GET /elsewhere ", led, StringComparison.Ordinal);
        Assert.All(
            NotForOthers,
            secret => Assert.DoesNotContain(secret, led, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(peer.Requests, static request => request.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains(peer.Requests, static request => request.Contains(Credentials, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Documents_are_not_sent_to_another_origin()
    {
        await using var other = new RawServer(_ => Json("[]"));
        await using var peer = new RawServer(_ => $"HTTP/1.1 307 Moved\r\nLocation: {other.Url}/db/_bulk_docs\r\nContent-Length: 0\r\n\r\n");
        using var hosts = new RemoteHosts(TimeProvider.System, static () => 0.5);
        await using var database = hosts.Open(Endpoint(peer), new ReplicationOptions { Retries = 0 });
        var revision = new FetchedRevision("a", [Documents.Revisions.RevisionId.Parse("1-aa")], false, "{}"u8.ToArray(), []);

        var failure = await Assert.ThrowsAsync<PeerException>(() => database.WriteAsync([revision], CancellationToken.None));

        Assert.False(failure.IsTransient);
        Assert.Contains(other.Url, failure.Error.Reason, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Who_refuses_a_stranger_that_was_led_there_is_named()
    {
        await using var other = new RawServer(_ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        await using var peer = new RawServer(_ =>
            $"HTTP/1.1 301 Moved\r\nLocation: {other.Url.Replace("//", "//hunter2:hunter2@", StringComparison.Ordinal)}/db/?hunter2\r\nContent-Length: 0\r\n\r\n");

        var failure = await Assert.ThrowsAsync<PeerException>(() => ReadInfoAsync(peer));

        Assert.False(failure.IsTransient);
        Assert.Equal($"{peer.Url}/db/ redirects to {other.Url}, where credentials are not sent: name that URL instead", failure.Error.Reason);
    }

    /// <summary>The library repeats a line that makes no sense in its message.</summary>
    [Fact]
    public async Task An_answer_that_is_no_HTTP_tells_no_secrets()
    {
        await using var peer = new RawServer(request => request.StartsWith("POST /_session", StringComparison.Ordinal)
            ? "HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nyou sent hunter2\r\nContent-Length: 0\r\n\r\n");

        var failure = await Assert.ThrowsAsync<PeerException>(() => ReadInfoAsync(peer));

        Assert.Contains("you sent ***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_repeats_its_password_does_not_make_it_known()
    {
        await using var proxy = new RawServer(_ => Json("""{"error":"odd","reason":"you sent pr0xy-secret and cHJveHk6cHIweHktc2VjcmV0"}""")
            .Replace("200 OK", "500 Odd", StringComparison.Ordinal));
        using var hosts = new RemoteHosts(TimeProvider.System, static () => 0.5);
        var way = new Uri(proxy.Url.Replace("//", "//proxy:pr0xy-secret@", StringComparison.Ordinal));
        await using var database = hosts.Open(Named("host") with { Proxy = way }, new ReplicationOptions { Retries = 0 });

        var failure = await Assert.ThrowsAsync<PeerException>(() => database.ReadInfoAsync(CancellationToken.None));

        Assert.Equal("odd: you sent *** and ***", failure.Message);
    }

    [Fact]
    public async Task Within_an_origin_a_request_is_led_on_with_all_that_it_had()
    {
        RawServer? server = null;
        await using var peer = server = new RawServer(request => request.StartsWith("GET /db/ ", StringComparison.Ordinal)
            ? $"HTTP/1.1 301 Moved\r\nLocation: /new/db/\r\nContent-Length: 0\r\n\r\n"
            : Json("""{"update_seq":"0","instance_start_time":"1"}"""));

        await ReadInfoAsync(peer);

        Assert.Contains(Credentials, server.Requests.Single(static request => request.StartsWith("GET /new/db/ ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        await using var peer = new RawServer(_ => "HTTP/1.1 302 Found\r\nLocation: /db/\r\nContent-Length: 0\r\n\r\n");
        var failure = await Assert.ThrowsAsync<PeerException>(() => ReadInfoAsync(peer));
        Assert.Contains("again and again", failure.Error.Reason, StringComparison.Ordinal);
        Assert.InRange(peer.Requests.Count, Redirects.Max, Redirects.Max + 5);
    }

    [Fact]
    public async Task What_a_peer_repeats_of_our_secrets_is_not_told()
    {
        const string Echo = "you sent Basic YWRtaW46aHVudGVyMg== that is hunter2, t0k3n-value; wrong password";
        var script = new Script((request, _) => request.RequestUri!.AbsolutePath == "/_session"
            ? new HttpResponseMessage(HttpStatusCode.OK) { Headers = { { "Set-Cookie", "AuthSession=c00kie-of-ours; Path=/" } } }
            : Script.Json($$"""{"error":"hunter2","reason":"{{Echo}} c00kie-of-ours"}""", HttpStatusCode.InternalServerError));
        await using var peer = new RemotePeer(
            RemoteAddress.Parse("http://admin:hunter2@host/db", [new("X-Token", "t0k3n-value")]),
            new RemoteOptions { Retries = 0 },
            script,
            TimeProvider.System,
            static () => 0.5);

        var failure = await Assert.ThrowsAsync<PeerException>(() => peer.ReadInfoAsync(CancellationToken.None));

        Assert.Equal("***: you sent Basic *** that is ***, ***; wrong password ***", failure.Message);
    }

    [Fact]
    public void A_password_that_is_part_of_a_word_does_not_hide_the_word()
    {
        var redaction = new Redaction(RemoteAddress.Parse("http://admin:pass@host/db", []));
        Assert.Equal("the password is ***, not compass (***)", redaction.Clean("the password is pass, not compass (pass)"));
        Assert.InRange(redaction.Clean(new string('x', 100_000)).Length, 1, 1001);
    }

    [Fact]
    public void A_long_secret_is_hidden_wherever_it_stands()
    {
        var redaction = new Redaction(RemoteAddress.Parse(
            "http://admin:correcthorse@host/short/a-key-of-ours/db", [new("Authorization", "Bearer eyJhbGci0"), new("Cookie", "a=b; AuthSession=YWRtaW46NjY=")]));
        Assert.Equal(
            "\\n***\\n*** ***, x***y, /a-key/*** is short",
            redaction.Clean("\\ncorrecthorse\\nBearer eyJhbGci0 eyJhbGci0, xYWRtaW46NjY=y, /a-key/a-key-of-ours is short"));
    }

    [Theory]
    [InlineData("http://user:secret@host:1/db", "http://host:1/db/")]
    [InlineData("https://host/key-0123456789/db?token=abc", "https://host/…/db/")]
    [InlineData("https://host/a/b/c/db/", "https://host/…/db/")]
    public void A_URL_is_shown_without_what_may_be_secret(string url, string shown)
    {
        var address = RemoteAddress.Parse(url, []);
        Assert.Equal(shown, address.ToString());
        Assert.StartsWith(url[..5], address.UriOf("x").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Evil", "b\r\nX-Evil: 1")]
    [InlineData("X-Evil", "b\nX-Evil: 1")]
    [InlineData("X-Evil", "b\0")]
    [InlineData("X-Evil: 1\r\nX", "b")]
    [InlineData("X Evil", "b")]
    [InlineData("", "b")]
    [InlineData("X-Evil", "b\u007f")]
    [InlineData("content-length", "5")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Trailer", "X-Evil")]
    [InlineData("Upgrade", "h2c")]
    public void A_header_that_brings_others_along_is_refused(string name, string value)
    {
        var request = JsonSerializer.Serialize(new
        {
            source = new { url = "http://host/db", headers = new Dictionary<string, string> { [name] = value } },
            target = "to",
        });
        using var json = JsonDocument.Parse(request);
        var refusal = Assert.Throws<RequestException>(() => RequestParser.Parse(json.RootElement, new ReplicationOptions()));
        Assert.Equal((400, "bad_request"), (refusal.Error.Status, refusal.Error.Error));
    }

    /// <summary>What ends a request's first line in a URL would bring headers and requests of its own.</summary>
    [Theory]
    [InlineData("http://host/db\r\nX-Evil: 1")]
    [InlineData("http://host/db\nX-Evil: 1")]
    [InlineData("http://host/db HTTP/1.1")]
    [InlineData("http://host/a\0b")]
    [InlineData("http://host/a\tb/db")]
    [InlineData("http://ho\r\nst/db")]
    public void A_URL_that_brings_headers_along_is_refused(string url)
    {
        foreach (var source in (object[])[url, new { url }])
        {
            using var json = JsonDocument.Parse(JsonSerializer.Serialize(new { source, target = "to" }));
            var refusal = Assert.Throws<RequestException>(() => RequestParser.Parse(json.RootElement, new ReplicationOptions()));
            Assert.Equal((400, "endpoint has an invalid url"), (refusal.Error.Status, refusal.Error.Reason));
        }
    }

    [Fact]
    public async Task What_is_beyond_ASCII_in_a_URL_and_in_headers_goes_out_as_UTF_8()
    {
        await using var peer = new RawServer(_ => Json("""{"update_seq":"0","instance_start_time":"1"}"""));
        using var hosts = new RemoteHosts(TimeProvider.System, static () => 0.5);
        var endpoint = new Endpoint(null, RemoteAddress.Parse(peer.Url + "/dätä%2Fbase", [new("X-Name", "Ørsted\t☃")]), null);
        await using var database = hosts.Open(endpoint, new ReplicationOptions { Retries = 0 });

        await database.ReadInfoAsync(CancellationToken.None);

        var request = Assert.Single(peer.Requests);
        Assert.StartsWith("GET /d%C3%A4t%C3%A4%2Fbase/ HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("X-Name: Ørsted\t☃\r\n", request, StringComparison.Ordinal);
    }

    /// <summary>Review, differences F18: a name alone is no credentials; and CouchDB's order of those that are.</summary>
    [Theory]
    [InlineData("""{"url":"http://ann@host/db"}""", null, null)]
    [InlineData("""{"url":"http://ann:@host/db"}""", "ann", "")]
    [InlineData("""{"url":"http://ann:one@host/db"}""", "ann", "one")]
    [InlineData("""{"url":"http://ann:one@host/db","headers":{"Authorization":"Basic Ym9iOnR3bw=="}}""", "ann", "one")]
    [InlineData("""{"url":"http://ann@host/db","headers":{"Authorization":"Basic Ym9iOnR3bw=="}}""", "bob", "two")]
    [InlineData("""{"url":"http://ann:one@host/db","auth":{"basic":{"username":"cid","password":"three"}}}""", "cid", "three")]
    public void Credentials_come_from_where_CouchDB_takes_them(string source, string? user, string? password)
    {
        using var json = JsonDocument.Parse($$"""{"source":{{source}},"target":"to"}""");
        var address = RequestParser.Parse(json.RootElement, new ReplicationOptions()).Source.Address!;
        Assert.Equal((user, password), (address.UserName, address.Password));
    }

    /// <summary>Review, house A8: hosts that were named once are not remembered for ever.</summary>
    [Fact]
    public async Task Hosts_that_nobody_replicates_with_are_forgotten()
    {
        using var hosts = new RemoteHosts(TimeProvider.System, static () => 0.5);
        var kept = hosts.Open(Named("kept"), new ReplicationOptions());
        for (var i = 0; i < RemoteHosts.MaxIdleHosts + 50; i++)
        {
            await hosts.Open(Named($"host{i}") with { Proxy = new Uri($"http://proxy{i % 50}/") }, new ReplicationOptions()).DisposeAsync();
        }

        Assert.Equal((RemoteHosts.MaxIdleWays + 1, RemoteHosts.MaxIdleHosts + 1), hosts.Count);
        await kept.DisposeAsync();
        await kept.DisposeAsync();
        Assert.Equal((RemoteHosts.MaxIdleWays, RemoteHosts.MaxIdleHosts), hosts.Count);
    }

    private static Endpoint Named(string host) => new(null, RemoteAddress.Parse($"http://{host}/db", []), null);

    private static Endpoint Endpoint(RawServer server) =>
        new(null, RemoteAddress.Parse(server.Url.Replace("://", "://admin:hunter2@", StringComparison.Ordinal) + "/db", [new("X-Token", "t0k3n-value")]), null);

    private static async Task ReadInfoAsync(RawServer server)
    {
        using var hosts = new RemoteHosts(TimeProvider.System, static () => 0.5);
        await using var peer = hosts.Open(Endpoint(server), new ReplicationOptions { Retries = 0 });
        await peer.ReadInfoAsync(CancellationToken.None);
    }

    private static string Json(string json) => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}";

    /// <summary>A server that answers each request with a text, and keeps what it was sent.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<string, string> _answer;
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _serving;

        public RawServer(Func<string, string> answer)
        {
            _answer = answer;
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Url => $"http://{_listener.LocalEndpoint}";

        /// <summary>The requests so far, heads and bodies.</summary>
        public List<string> Requests { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await _serving;
            _listener.Dispose();
            _ending.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    // One request a connection: then there is nothing to keep apart.
                    using var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                    await using var stream = client.GetStream();
                    var request = await ReadAsync(stream);
                    Requests.Add(request);
                    var answer = _answer(request).Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _ending.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private async Task<string> ReadAsync(NetworkStream stream)
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (true)
            {
                var read = await stream.ReadAsync(buffer, _ending.Token);
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
                var whole = text.ToString();
                var end = whole.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (read == 0 || (end >= 0 && whole.Length >= end + 4 + LengthOf(whole)))
                {
                    return whole;
                }
            }
        }

        private static int LengthOf(string request)
        {
            const string Header = "Content-Length: ";
            var at = request.IndexOf(Header, StringComparison.OrdinalIgnoreCase);
            return at < 0 ? 0 : int.Parse(
                request.AsSpan(at + Header.Length, request.IndexOf('\r', at) - at - Header.Length), System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
