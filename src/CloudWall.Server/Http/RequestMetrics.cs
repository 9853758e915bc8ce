using System.Numerics;

namespace CloudWall.Server.Http;

/// <summary>What is counted of requests, since the start. May be used from many threads.</summary>
internal sealed class RequestMetrics
{
    // Times by powers of two, in microseconds: the last is more than an hour.
    private const int Buckets = 32;

    private static readonly string[] MethodNames = ["COPY", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

    // Those that are shown even while there are none.
    private static readonly int[] UsualStatuses =
        [200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 416, 417, 500, 501, 503, 507];

    private readonly long[] _methods = new long[MethodNames.Length];
    private readonly long[] _statuses = new long[600];
    private readonly long[] _times = new long[Buckets];
    private long _requests;
    private long _aborted;
    private long _totalTime;

    /// <summary>Requests that were answered.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Requests whose client hung up, or that failed in the middle of their answer.</summary>
    public long Aborted => Volatile.Read(ref _aborted);

    /// <summary>Requests by method.</summary>
    public IEnumerable<(string Method, long Count)> ByMethod => MethodNames.Select((name, i) => (name, Volatile.Read(ref _methods[i])));

    /// <summary>Answers by status.</summary>
    public IEnumerable<(int Status, long Count)> ByStatus => Enumerable.Range(0, _statuses.Length)
        .Select(status => (status, Count: Volatile.Read(ref _statuses[status])))
        .Where(static entry => entry.Count > 0 || UsualStatuses.Contains(entry.status));

    /// <summary>The mean time of a request in milliseconds.</summary>
    public double MeanTime => Requests is var count && count > 0 ? Volatile.Read(ref _totalTime) / 1000.0 / count : 0;

    /// <summary>Counts a request that has ended.</summary>
    public void Count(string method, int status, TimeSpan time, bool aborted)
    {
        Interlocked.Increment(ref aborted ? ref _aborted : ref _requests);
        var index = Array.IndexOf(MethodNames, method);
        if (index >= 0)
        {
            Interlocked.Increment(ref _methods[index]);
        }

        if (aborted)
        {
            return;
        }

        if ((uint)status < (uint)_statuses.Length)
        {
            Interlocked.Increment(ref _statuses[status]);
        }

        var microseconds = Math.Max(0, (long)time.TotalMicroseconds);
        Interlocked.Add(ref _totalTime, microseconds);
        Interlocked.Increment(ref _times[Math.Min(Buckets - 1, BitOperations.Log2((ulong)microseconds | 1))]);
    }

    /// <summary>The time in milliseconds that a share of all requests took no longer than, to a factor of two.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double Percentile(double share)
    {
        var counts = _times.Select((_, i) => Volatile.Read(ref _times[i])).ToArray();
        var wanted = share * counts.Sum();
        double below = 0;
        for (var i = 0; i < Buckets; i++)
        {
            below += counts[i];
            if (counts[i] > 0 && below >= wanted)
            {
                return (1L << (i + 1)) / 1000.0;
            }
        }

        return 0;
    }
}
