using System.Net;
using System.Text;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Tests.Remote;

/// <summary>A server that answers as it is told, and remembers what it was asked.</summary>
internal sealed class Script(Func<HttpRequestMessage, string, HttpResponseMessage> answer) : HttpMessageHandler
{
    /// <summary>The requests so far: method, path with query, body.</summary>
    public List<(string Request, string Body)> Seen { get; } = [];

    public RemotePeer Peer(string url = "http://host/db") => new(
        RemoteAddress.Parse(url, []),
        new RemoteOptions { Retries = 3, FirstDelay = TimeSpan.Zero, MaxDelay = TimeSpan.FromSeconds(5) },
        this,
        TimeProvider.System,
        static () => 0.5);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Bytes(byte[] bytes) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : string.Empty;
        lock (Seen)
        {
            Seen.Add(($"{request.Method} {request.RequestUri!.PathAndQuery}", body));
        }

        var response = answer(request, body);
        response.RequestMessage = request;
        return response;
    }
}
