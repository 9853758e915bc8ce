namespace CloudWall.Node.Views;

/// <summary>What is counted of the building of views, since the start. May be used from many threads.</summary>
public sealed class ViewMetrics
{
    private long _mapped;
    private long _emitted;

    /// <summary>Documents that map functions were called for.</summary>
    public long Mapped => Volatile.Read(ref _mapped);

    /// <summary>Rows that they emitted.</summary>
    public long Emitted => Volatile.Read(ref _emitted);

    /// <summary>Counts calls of map functions.</summary>
    public void Count(int documents, int rows)
    {
        Interlocked.Add(ref _mapped, documents);
        Interlocked.Add(ref _emitted, rows);
    }
}
