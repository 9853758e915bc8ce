using System.Runtime.InteropServices;

namespace CloudWall.Server.Http;

/// <summary>
/// Who may have how many of the files that the system lets this process have open. Connections are what others can make at will, so they are
/// what has to leave room: for the files of the stores, for what the runtime opens when code first runs, and for connections to peers.
/// <para>
/// The number of a file says how many there are: systems give a new one the lowest number that is free. So a connection whose number is
/// beyond a bound is one too many, whatever the others are used for.
/// </para>
/// </summary>
internal sealed partial class FileBudget
{
    // Each assembly that is loaded later takes two; 45 were counted.
    private const int Runtime = 48;

    // Logs, manifests, and what a compaction reads and writes.
    private const int StoreOverhead = 16;

    private const string Own = "/proc/self/fd";

    private const int FewestTables = 20;
    private const int MostTables = 512;

    private readonly int _limit;

    /// <summary>A budget.</summary>
    /// <param name="limit">How many files may be open; <see cref="int.MaxValue"/> where there is no limit.</param>
    public FileBudget(int limit)
    {
        _limit = limit;
        DocumentTables = Math.Clamp(limit / 4, FewestTables, MostTables);
        IndexTables = Math.Clamp(limit / 8, FewestTables, MostTables);
        var room = Runtime + StoreOverhead + DocumentTables + IndexTables + Math.Clamp(limit / 32, 8, 1024);
        LastConnection = limit == int.MaxValue ? int.MaxValue : Math.Max(0, limit - room);
        Refusals = Math.Clamp(LastConnection / 32, 4, 64);
    }

    /// <summary>Table files that the documents' store may hold open.</summary>
    public int DocumentTables { get; }

    /// <summary>Table files that the indexes' store may hold open.</summary>
    public int IndexTables { get; }

    /// <summary>How many connections may be open for no more than to be told that there are too many.</summary>
    public int Refusals { get; }

    /// <summary>The number that no file of a connection may have, nor a larger one.</summary>
    public int LastConnection { get; }

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

    /// <summary>How many connections there is room for now, beside what is open already.</summary>
    public int CountConnections()
    {
        if (_limit == int.MaxValue)
        {
            return int.MaxValue;
        }

        using var next = File.OpenHandle("/dev/null");
        return Math.Max(0, LastConnection - Refusals - (int)next.DangerousGetHandle());
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limits
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
