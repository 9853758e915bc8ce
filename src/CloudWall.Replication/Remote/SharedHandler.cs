namespace CloudWall.Replication.Remote;

/// <summary>One replication's way to a host; the connections outlive it.</summary>
/// <param name="connections">The connections.</param>
/// <param name="breaker">Keeps from hosts that cannot be reached.</param>
/// <param name="released">Called once, when it is not used any more.</param>
internal sealed class SharedHandler(HttpMessageHandler connections, HostBreaker breaker, Action released) : DelegatingHandler(connections)
{
    private int _isReleased;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        breaker.SendAsync(token => base.SendAsync(request, token), cancellationToken);

    /// <summary>The connections are others' too.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing: false);
        if (disposing && Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            released();
        }
    }
}
