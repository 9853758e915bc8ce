namespace CloudWall.Replication.Remote;

/// <summary>One replication's way to a host; the connections outlive it.</summary>
internal sealed class SharedHandler(HttpMessageHandler connections, HostBreaker breaker) : DelegatingHandler(connections)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        breaker.SendAsync(token => base.SendAsync(request, token), cancellationToken);

    /// <summary>The connections are others' too.</summary>
    protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
}
