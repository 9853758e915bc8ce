namespace CloudWall.Documents.Admission;

/// <summary>
/// A memory budget that concurrent requests share. An eighth is kept for small shares, so that small requests proceed while large ones hold
/// the rest or wait for it. A share larger than <see cref="LargestShare"/> is refused permanently.
/// </summary>
public sealed class SharedMemory
{
    private const int KeptForSmall = 8;
    private const int SmallPart = 1024;

    /// <summary>Creates a budget of which nothing is reserved.</summary>
    /// <param name="capacity">The size in bytes.</param>
    /// <param name="maxWaiting">Maximum length of the queue; further requests are refused at once.</param>
    /// <param name="timeout">Maximum wait.</param>
    /// <param name="busy">The error of a request that waited too long or found the queue full.</param>
    /// <param name="tooLarge">The error of a request that needs more than a share may have.</param>
    /// <param name="time">The clock.</param>
    /// <param name="released">Called with the size of each share when it is returned.</param>
    public SharedMemory(
        long capacity,
        int maxWaiting,
        TimeSpan timeout,
        DocumentError busy,
        DocumentError tooLarge,
        TimeProvider time,
        Action<long>? released = null)
    {
        Released = released;
        var kept = capacity / KeptForSmall;
        LargestSmall = capacity / SmallPart;
        Small = new AdmissionGate(kept, maxWaiting, timeout, busy, time);
        Large = new AdmissionGate(capacity - kept, maxWaiting, timeout, busy, time, tooLarge);
    }

    /// <summary>The size in bytes.</summary>
    public long Capacity => Small.Capacity + Large.Capacity;

    /// <summary>The maximum size of one share in bytes.</summary>
    public long LargestShare => Large.Capacity;

    /// <summary>The bytes reserved now.</summary>
    public long Taken => Small.Taken + Large.Taken;

    /// <summary>The number of waiting requests.</summary>
    public int Waiting => Small.Waiting + Large.Waiting;

    /// <summary>Called with the size of a share when it is returned; null if nobody listens.</summary>
    internal Action<long>? Released { get; }

    /// <summary>The maximum size of a small share.</summary>
    internal long LargestSmall { get; }

    /// <summary>The gate of small shares.</summary>
    internal AdmissionGate Small { get; }

    /// <summary>The gate of all other shares.</summary>
    internal AdmissionGate Large { get; }
}
