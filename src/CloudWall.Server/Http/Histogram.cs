using System.Numerics;

namespace CloudWall.Server.Http;

/// <summary>How large values were, since the start, to a factor of two. May be used from many threads.</summary>
/// <param name="unit">What values are divided by where they are shown.</param>
internal sealed class Histogram(double unit)
{
    // By powers of two.
    private const int Buckets = 32;

    private readonly long[] _buckets = new long[Buckets];
    private long _count;
    private long _sum;

    /// <summary>How many values there were.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Their mean.</summary>
    public double Mean => Count is var count && count > 0 ? Volatile.Read(ref _sum) / unit / count : 0;

    /// <summary>Counts a value; negative ones are 0.</summary>
    public void Add(long value)
    {
        value = Math.Max(0, value);
        Interlocked.Add(ref _sum, value);
        Interlocked.Increment(ref _buckets[Math.Min(Buckets - 1, BitOperations.Log2((ulong)value | 1))]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>What a share of all values were no larger than.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double Percentile(double share)
    {
        var counts = _buckets.Select((_, i) => Volatile.Read(ref _buckets[i])).ToArray();
        var wanted = share * counts.Sum();
        double below = 0;
        for (var i = 0; i < Buckets; i++)
        {
            below += counts[i];
            if (counts[i] > 0 && below >= wanted)
            {
                return (1L << (i + 1)) / unit;
            }
        }

        return 0;
    }
}
