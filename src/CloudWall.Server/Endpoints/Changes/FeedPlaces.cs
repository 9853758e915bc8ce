using CloudWall.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>Counts the feeds that stay open until something changes, and lets no more of them in than there may be.</summary>
/// <param name="most">How many there may be: <c>[cloudwall] max_feeds</c>.</param>
internal sealed class FeedPlaces(Func<int> most)
{
    private int _open;

    /// <summary>How many there are.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Lets a feed in. Dispose of its place when it ends.</summary>
    /// <exception cref="DocumentException">429: all places are taken.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) > most())
        {
            Interlocked.Decrement(ref _open);
            throw new DocumentException(HttpErrors.TooManyFeeds);
        }

        return new Place(this);
    }

    private sealed class Place(FeedPlaces places) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref places._open);
    }
}
