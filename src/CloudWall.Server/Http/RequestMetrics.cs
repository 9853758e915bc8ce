namespace CloudWall.Server.Http;

/// <summary>What is counted of requests, since the start. May be used from many threads.</summary>
internal sealed class RequestMetrics
{
    private static readonly string[] MethodNames = ["COPY", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

    // Those that are shown even while there are none.
    private static readonly int[] UsualStatuses =
        [200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 416, 417, 500, 501, 503, 507];

    private readonly long[] _methods = new long[MethodNames.Length];
    private readonly long[] _statuses = new long[600];
    private long _requests;
    private long _aborted;
    private long _bulkRequests;
    private long _viewReads;
    private long _purgeRequests;
    private long _purges;
    private long _failedPurges;

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

    /// <summary>The times of requests in milliseconds, from microseconds.</summary>
    public Histogram Times { get; } = new(unit: 1000);

    /// <summary>Requests to <c>_bulk_docs</c> and <c>_bulk_get</c>.</summary>
    public long BulkRequests => Volatile.Read(ref _bulkRequests);

    /// <summary>How many documents requests to <c>_bulk_docs</c> brought.</summary>
    public Histogram BulkDocuments { get; } = new(unit: 1);

    /// <summary>Queries of views.</summary>
    public long ViewReads => Volatile.Read(ref _viewReads);

    /// <summary>Requests to <c>_purge</c>.</summary>
    public long PurgeRequests => Volatile.Read(ref _purgeRequests);

    /// <summary>Documents that they named.</summary>
    public long Purges => Volatile.Read(ref _purges);

    /// <summary>Documents that they named, of requests that failed.</summary>
    public long FailedPurges => Volatile.Read(ref _failedPurges);

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

        Times.Add((long)time.TotalMicroseconds);
    }

    /// <summary>Counts a request to <c>_bulk_docs</c> or <c>_bulk_get</c>.</summary>
    public void CountBulk() => Interlocked.Increment(ref _bulkRequests);

    /// <summary>Counts a query of a view.</summary>
    public void CountViewRead() => Interlocked.Increment(ref _viewReads);

    /// <summary>Counts a request to <c>_purge</c>.</summary>
    public void CountPurgeRequest() => Interlocked.Increment(ref _purgeRequests);

    /// <summary>Counts the documents that are to be purged.</summary>
    public void CountPurges(int documents) => Interlocked.Add(ref _purges, documents);

    /// <summary>Counts those of them that could not be.</summary>
    public void CountFailedPurges(int documents) => Interlocked.Add(ref _failedPurges, documents);
}
