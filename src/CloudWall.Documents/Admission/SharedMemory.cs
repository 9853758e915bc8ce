namespace CloudWall.Documents.Admission;

/// <summary>
/// Memory that all who handle something together have for it. An eighth of it is kept for small shares, so that small requests are
/// answered while large ones hold the rest, or wait for it. Who needs more than there is for one is refused for good.
/// </summary>
public sealed class SharedMemory
{
    private const int KeptForSmall = 8;
    private const int SmallPart = 1024;

    /// <summary>Memory of which nothing is taken.</summary>
    /// <param name="capacity">How many bytes there are.</param>
    /// <param name="maxWaiting">How many may wait for some; one more is refused at once.</param>
    /// <param name="patience">How long each may wait.</param>
    /// <param name="busy">What those are told who waited in vain.</param>
    /// <param name="tooLarge">What those are told who need more than one may have.</param>
    /// <param name="time">The clock.</param>
    /// <param name="released">Told how many bytes a share had, each time that one is given back.</param>
    public SharedMemory(
        long capacity,
        int maxWaiting,
        TimeSpan patience,
        DocumentError busy,
        DocumentError tooLarge,
        TimeProvider time,
        Action<long>? released = null)
    {
        Released = released;
        var kept = capacity / KeptForSmall;
        LargestSmall = capacity / SmallPart;
        Small = new AdmissionGate(kept, maxWaiting, patience, busy, time);
        Large = new AdmissionGate(capacity - kept, maxWaiting, patience, busy, time, tooLarge);
    }

    /// <summary>How many bytes there are.</summary>
    public long Capacity => Small.Capacity + Large.Capacity;

    /// <summary>How many bytes one share may have at most.</summary>
    public long LargestShare => Large.Capacity;

    /// <summary>How many bytes are taken now.</summary>
    public long Taken => Small.Taken + Large.Taken;

    /// <summary>How many wait now.</summary>
    public int Waiting => Small.Waiting + Large.Waiting;

    /// <summary>Told how many bytes a share had when it is given back; null where nobody wants to know.</summary>
    internal Action<long>? Released { get; }

    /// <summary>Up to how many bytes a share is small.</summary>
    internal long LargestSmall { get; }

    /// <summary>What is kept for small shares.</summary>
    internal AdmissionGate Small { get; }

    /// <summary>What is for all others.</summary>
    internal AdmissionGate Large { get; }
}
