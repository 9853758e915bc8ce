using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Tests.Remote;

public sealed class ConnectionsTests
{
    [Theory]
    [InlineData(5, 5)]
    [InlineData(1, 3)]
    public async Task No_more_requests_are_made_at_a_time_than_there_are_connections(int connections, int used)
    {
        const int Count = 20;
        using var server = new Turnstile();
        await using var peer = new RemotePeer(
            RemoteAddress.Parse("http://host/db", []), new RemoteOptions { Connections = connections }, server, TimeProvider.System, static () => 0.5);
        var requests = Enumerable.Range(0, Count).Select(_ => peer.ReadInfoAsync(CancellationToken.None)).ToList();

        for (var answered = 0; answered < Count; answered++)
        {
            Assert.Equal(Math.Min(used, Count - answered), server.Inside);
            await server.AnswerAsync();

            // Its place is another's by the time it has been read.
            var done = await Task.WhenAny(requests);
            requests.Remove(done);
            while (server.Inside < Math.Min(used, requests.Count))
            {
                await Task.Yield();
            }
        }
    }
}
