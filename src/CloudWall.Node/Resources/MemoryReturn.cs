using System.Runtime.InteropServices;

namespace CloudWall.Node.Resources;

/// <summary>
/// Gives memory back to the system that large requests, or answers of peers, have used. The garbage collector does so when it runs, but a
/// node that has nothing to do does not make it run: after a bulk of 84 MB it kept 433 MiB.
/// </summary>
public sealed partial class MemoryReturn : IDisposable
{
    /// <summary>What has held so much is worth it.</summary>
    private const long Large = 16 << 20;

    /// <summary>What comes meanwhile is collected with it.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private readonly ITimer _timer;
    private int _isDue;

    /// <summary>Nothing to give back yet.</summary>
    public MemoryReturn(TimeProvider time) =>
        _timer = time.CreateTimer(static self => ((MemoryReturn)self!).Collect(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>How often memory was given back.</summary>
    public int Collections { get; private set; }

    /// <summary>A request has been answered, or an answer been read, that held so many bytes.</summary>
    public void Note(long bytes)
    {
        if (bytes >= Large && Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            _timer.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Collect()
    {
        Volatile.Write(ref _isDue, 0);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNativeHeap();
        Collections++;
    }

    /// <summary>
    /// Likewise for what the storage engine has freed: glibc keeps it in the arena of each thread that it was taken from (malloc_trim(3)).
    /// </summary>
    private static void TrimNativeHeap()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, such as musl, has no such arenas.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
