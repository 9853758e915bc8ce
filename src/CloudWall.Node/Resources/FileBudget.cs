using System.Runtime.InteropServices;
using CloudWall.Storage;

namespace CloudWall.Node.Resources;

/// <summary>
/// Divides the number of files that the process may have open. Clients decide how many connections there are, so connections get what
/// remains after the files of the stores, the files that the runtime opens when code first runs, and connections to peers.
/// </summary>
public sealed partial class FileBudget
{
    /// <summary>The number of files that a node needs: below it there is no room for connections beside the stores.</summary>
    public const int Fewest = 240;

    // The runtime keeps two files open per assembly. 70 were counted for the assemblies that are loaded between the moment a node is
    // about to listen and the time all of its code has been used.
    private const int Runtime = 78;

    // Logs, manifests, and the output of flushes and compactions.
    private const int StoreOverhead = 8;

    // The storage engine's own allowance for these, part of the limit that it is given.
    private const int EngineOverhead = 10;

    private const string Own = "/proc/self/fd";

    private const int MostTables = 512;

    private readonly int _limit;
    private readonly int _others;

    /// <summary>Creates a budget.</summary>
    /// <param name="limit">The number of files that may be open; <see cref="int.MaxValue"/> for no limit.</param>
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

    /// <summary>The number of table files that the store of documents may keep open.</summary>
    public int DocumentTables { get; }

    /// <summary>The number of table files that the store of indexes may keep open.</summary>
    public int IndexTables { get; }

    /// <summary>The number of connections beyond the limit that may be open while they are refused.</summary>
    public int Refusals { get; }

    /// <summary>
    /// The upper bound of file descriptors for connections to peers. The system gives a new file the lowest free descriptor, so the
    /// descriptor shows how many files are open.
    /// </summary>
    public int LastPeer { get; }

    /// <summary>The budget of this process, from the system's limit.</summary>
    public static FileBudget OfThisProcess() => new(LimitOfThisProcess());

    /// <summary>The system's limit of open files for this process; <see cref="int.MaxValue"/> for none.</summary>
    public static int LimitOfThisProcess() =>
        !OperatingSystem.IsWindows() && Environment.Is64BitProcess && GetLimit(OperatingSystem.IsMacOS() ? 8 : 7, out var limit) == 0
            ? (int)Math.Min(limit.Soft, int.MaxValue)
            : int.MaxValue;

    /// <summary>The number of open files, where the system tells it.</summary>
    public static int CountOpen() => Directory.Exists(Own) ? Directory.GetFileSystemEntries(Own).Length : 0;

    /// <summary>The number of connections that fit, if no file that is open now is a connection.</summary>
    public int CountConnections()
    {
        if (_limit == int.MaxValue)
        {
            return int.MaxValue;
        }

        using var next = File.OpenHandle("/dev/null");
        return CountConnections((int)next.DangerousGetHandle());
    }

    /// <summary>The number of connections that fit.</summary>
    /// <param name="open">The number of files that are open for other purposes.</param>
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
