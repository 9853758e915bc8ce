using System.Runtime.InteropServices;
using CloudWall.Storage;

namespace CloudWall.Node.Resources;

/// <summary>
/// Who may have how many of the files that the system lets this process have open. Connections are what others can make at will, so they
/// are what has to leave room: for the files of the stores, for what the runtime opens when code first runs, and for connections to peers.
/// </summary>
public sealed partial class FileBudget
{
    // The runtime keeps two files open for each assembly; 70 were counted for those that are loaded from the moment on when a node is about
    // to listen until all of it has been used.
    private const int Runtime = 78;

    // Logs, manifests, and what a flush or a compaction writes.
    private const int StoreOverhead = 8;

    // What the engine counts for the same, in the files that it is told it may have.
    private const int EngineOverhead = 10;

    private const string Own = "/proc/self/fd";

    private const int MostTables = 512;

    private readonly int _limit;
    private readonly int _others;

    /// <summary>A budget.</summary>
    /// <param name="limit">How many files may be open; <see cref="int.MaxValue"/> where there is no limit.</param>
    public FileBudget(int limit)
    {
        _limit = limit;
        DocumentTables = Math.Clamp(limit / 8, StorageOptions.FewestOpenFiles, MostTables);
        IndexTables = Math.Clamp(limit / 16, StorageOptions.FewestOpenFiles, MostTables);
        LastPeer = limit == int.MaxValue ? int.MaxValue : Math.Max(0, limit - DocumentTables);
        Refusals = Math.Clamp(limit / 64, 4, 64);
        var tables = DocumentTables + IndexTables - (2 * EngineOverhead);
        var peers = Math.Clamp(limit / 32, 8, 1024);
        _others = Runtime + StoreOverhead + tables + peers + Refusals + Math.Clamp((limit - 256) / 32, 0, 1024);
    }

    /// <summary>Table files that the documents' store may hold open.</summary>
    public int DocumentTables { get; }

    /// <summary>Table files that the indexes' store may hold open.</summary>
    public int IndexTables { get; }

    /// <summary>How many connections may be open for no more than to be told that there are too many.</summary>
    public int Refusals { get; }

    /// <summary>
    /// The number that the file of a connection to a peer must be below. Systems give a new file the lowest number that is free, so it says
    /// how many there are.
    /// </summary>
    public int LastPeer { get; }

    /// <summary>What the system says of this process.</summary>
    public static FileBudget OfThisProcess()
    {
        if (!OperatingSystem.IsWindows() && Environment.Is64BitProcess && GetLimit(OperatingSystem.IsMacOS() ? 8 : 7, out var limit) == 0)
        {
            return new FileBudget((int)Math.Min(limit.Soft, int.MaxValue));
        }

        return new FileBudget(int.MaxValue);
    }

    /// <summary>How many files are open now, as far as the system says so.</summary>
    public static int CountOpen() => Directory.Exists(Own) ? Directory.GetFileSystemEntries(Own).Length : 0;

    /// <summary>How many connections there is room for, if what is open now is not one of them.</summary>
    public int CountConnections()
    {
        if (_limit == int.MaxValue)
        {
            return int.MaxValue;
        }

        using var next = File.OpenHandle("/dev/null");
        return CountConnections((int)next.DangerousGetHandle());
    }

    /// <summary>How many connections there is room for.</summary>
    /// <param name="open">How many files are open for other things.</param>
    internal int CountConnections(int open) => _limit == int.MaxValue ? int.MaxValue : Math.Max(0, _limit - _others - open);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limits
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
