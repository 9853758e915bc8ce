using System.Runtime.InteropServices;

namespace CloudWall.Node.Resources;

/// <summary>
/// Returns memory to the system after large requests and large responses of peers. The garbage collector would do so when it runs, but it
/// does not run on an idle node: after a bulk of 84 MB, a node kept 433 MiB.
/// </summary>
public sealed partial class MemoryReturn : IDisposable
{
    /// <summary>A request of this size triggers a collection.</summary>
    private const long Large = 16 << 20;

    /// <summary>A request of this size may leave large arrays to the collector.</summary>
    private const int Medium = 1 << 20;

    /// <summary>
    /// The growth of the heap that triggers a collection at once. With much free memory the collector waits for several times as much, while
    /// the requests that left it have given their shares back, and others take them.
    /// </summary>
    private const long MostGarbage = 64 << 20;

    /// <summary>The delay before a collection, which then covers later requests too.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private readonly ITimer _timer;
    private int _isDue;
    private int _isCollecting;
    private long _inUse = GC.GetTotalMemory(forceFullCollection: false);

    /// <summary>Creates an instance without a pending collection.</summary>
    public MemoryReturn(TimeProvider time) =>
        _timer = time.CreateTimer(static self => ((MemoryReturn)self!).Collect(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>The number of collections.</summary>
    public int Collections { get; private set; }

    /// <summary>The number of collections that did not wait.</summary>
    public int EarlyCollections { get; private set; }

    /// <summary>Records the end of a request, or of reading a response, that held a number of bytes.</summary>
    public void Note(long bytes)
    {
        if (bytes >= Medium)
        {
            CollectMuch();
        }

        if (bytes >= Large && Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            _timer.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void CollectMuch()
    {
        var used = GC.GetTotalMemory(forceFullCollection: false);
        if (used < Volatile.Read(ref _inUse))
        {
            Volatile.Write(ref _inUse, used);
        }

        if (used - Volatile.Read(ref _inUse) < MostGarbage || Interlocked.Exchange(ref _isCollecting, 1) != 0)
        {
            return;
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        EarlyCollections++;
        Volatile.Write(ref _inUse, GC.GetTotalMemory(forceFullCollection: false));
        Volatile.Write(ref _isCollecting, 0);
    }

    private void Collect()
    {
        Volatile.Write(ref _isDue, 0);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNativeHeap();
        Collections++;
    }

    /// <summary>
    /// Also returns memory that the storage engine has freed, which glibc keeps in the arenas of its threads (malloc_trim(3)).
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
            // Other C libraries, such as musl, do not have arenas.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
