namespace CloudWall.Scripting.QuickJs;

/// <summary>Bytes that all instances may have together, beyond what each begins with.</summary>
internal sealed class MemoryBudget(long bytes)
{
    private long _left = bytes;

    /// <summary>What is left of them.</summary>
    public long Left => Interlocked.Read(ref _left);

    /// <summary>Takes some, or none.</summary>
    public bool TryTake(long count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _left, count);
        return false;
    }

    /// <summary>Gives some back.</summary>
    public void Return(long count) => Interlocked.Add(ref _left, count);
}
