using CloudWall.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>
/// Waits for news on behalf of a feed: as long as the client allows, or with a sign of life now and then if it wants one, and
/// then for ever. The time runs from the last row or sign of life. No thread is held, and nothing is polled.
/// </summary>
internal sealed class FeedClock
{
    private readonly ResponseStream _stream;
    private readonly FeedFrame _frame;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly bool _beats;
    private long _last;

    /// <summary>A clock for a feed.</summary>
    /// <param name="stream">Where signs of life are sent.</param>
    /// <param name="frame">What they look like.</param>
    /// <param name="host">The clock, and the default and the most for both durations.</param>
    /// <param name="heartbeat">How often a sign of life is wanted, or null.</param>
    /// <param name="timeout">How long the feed waits for a row where no heartbeat is wanted.</param>
    public FeedClock(ResponseStream stream, FeedFrame frame, FeedHost host, TimeSpan? heartbeat, TimeSpan? timeout)
    {
        _stream = stream;
        _frame = frame;
        _time = host.Time;
        _beats = heartbeat is not null;
        var most = host.LongestWait();
        var wanted = (_beats ? heartbeat : timeout) ?? most;
        _interval = wanted < most ? wanted : most;
        _last = _time.GetTimestamp();
    }

    /// <summary>Says that a row was written.</summary>
    public void Restart() => _last = _time.GetTimestamp();

    /// <summary>Sends a sign of life if it is time for one: for feeds that are busy passing over rows.</summary>
    public ValueTask BeatIfDueAsync() => _beats && _time.GetElapsedTime(_last) >= _interval ? BeatAsync() : ValueTask.CompletedTask;

    /// <summary>Waits.</summary>
    /// <param name="news">Completes when there is something.</param>
    /// <param name="ending">The feed is to end: the client has gone, the database, or the node.</param>
    /// <param name="aborted">The client has gone.</param>
    /// <returns>False where the feed is to end, whatever there may be.</returns>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask<bool> WaitAsync(Task news, CancellationToken ending, CancellationToken aborted)
    {
        while (true)
        {
            var left = _interval - _time.GetElapsedTime(_last);
            try
            {
                await news.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, ending);
                return true;
            }
            catch (TimeoutException) when (_beats)
            {
                await BeatAsync();
            }
            catch (TimeoutException)
            {
                return false;
            }
            catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
            {
                return false;
            }
            catch (DocumentException)
            {
                // The database was deleted in this very moment.
                return false;
            }
        }
    }

    private async ValueTask BeatAsync()
    {
        _frame.Heartbeat();
        await _stream.FlushAsync();
        _stream.Rest();
        Restart();
    }
}
