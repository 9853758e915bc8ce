namespace CloudWall.Node.Views;

/// <summary>Counters of view building since the start of the node. Thread-safe.</summary>
public sealed class ViewMetrics
{
    private long _mapped;
    private long _emitted;

    /// <summary>The number of documents that map functions were called for.</summary>
    public long Mapped => Volatile.Read(ref _mapped);

    /// <summary>The number of rows that map functions emitted.</summary>
    public long Emitted => Volatile.Read(ref _emitted);

    /// <summary>Counts a call of map functions.</summary>
    public void Count(int documents, int rows)
    {
        Interlocked.Add(ref _mapped, documents);
        Interlocked.Add(ref _emitted, rows);
    }
}
