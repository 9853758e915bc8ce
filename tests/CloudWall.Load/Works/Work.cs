using CloudWall.Load.Http;

namespace CloudWall.Load.Works;

/// <summary>One kind of load. Prepared once for each server, then run several times on it; only the runs are measured.</summary>
internal abstract class Work
{
    /// <summary>What it is called in the table and on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What is counted.</summary>
    public virtual string Unit => "requests";

    /// <summary>Makes what the runs need.</summary>
    public virtual Task PrepareAsync(Site site) => Task.CompletedTask;

    /// <summary>Makes what the next run needs, outside the measured time.</summary>
    public virtual Task PrepareRunAsync(Site site) => Task.CompletedTask;

    /// <summary>Runs the load.</summary>
    /// <returns>How many units were done.</returns>
    public abstract Task<long> RunAsync(Site site);

    /// <summary>Makes sure, outside the measured time, that the last run has done what it seems to have done.</summary>
    /// <exception cref="InvalidDataException">It has not.</exception>
    public virtual Task VerifyAsync(Site site) => Task.CompletedTask;

    /// <summary>Shares requests out among connections, and waits until all are answered.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="count">How many requests there are.</param>
    /// <param name="request">Each of them.</param>
    /// <param name="status">The status that every answer must have.</param>
    /// <param name="least">The bytes that every answer must have at least, so that empty ones do not pass for fast ones.</param>
    protected static async Task<long> SpreadAsync(IReadOnlyList<Connection> connections, int count, Func<int, byte[]> request, int status, long least = 0)
    {
        var next = -1;
        await Task.WhenAll(connections.Select(async connection =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
            {
                (await connection.SendAsync(request(i))).Expect(status).AtLeast(least);
            }
        }));
        return count;
    }
}
