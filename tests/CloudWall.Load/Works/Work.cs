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

    /// <summary>Shares requests out among connections, and waits until all are answered.</summary>
    protected static async Task<long> SpreadAsync(IReadOnlyList<Connection> connections, int count, Func<int, byte[]> request, int status)
    {
        var next = -1;
        await Task.WhenAll(connections.Select(async connection =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
            {
                (await connection.SendAsync(request(i))).Expect(status);
            }
        }));
        return count;
    }
}
