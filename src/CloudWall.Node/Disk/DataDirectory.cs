using System.Globalization;
using System.Text;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node.Disk;

/// <summary>
/// A node's data on disk: <c>FORMAT</c> (the version of this layout), <c>local.ini</c> (the settings that the node stores, readable by
/// the owner only), <c>store/</c> (databases), <c>synced</c> (the last commit that is safely on the disk), <c>indexes/</c>,
/// <c>reserve</c> (space for a full disk), <c>starts</c> (recent crashes), and <c>node.lock</c> with <c>node.pid</c> (the process that
/// uses the directory).
/// </summary>
public sealed class DataDirectory : IDisposable
{
    /// <summary>The format that this version writes.</summary>
    public const int Format = 1;

    // The system's error codes for a file that another process has locked. All other errors have other causes.
    private const int WouldBlock = 11;
    private const int WouldBlockOnDarwin = 35;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream? _lock;

    private DataDirectory(string path, FileStream? held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Whether a node was started here before.</summary>
    public bool WasUsed { get; private init; }

    /// <summary>Problems with the directory, for the log.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Whether a node has stored databases here before.</summary>
    public bool HasStore { get; private init; }

    /// <summary>The path of the directory.</summary>
    public string Path { get; }

    /// <summary>The file with the settings that the node stores.</summary>
    public string LocalIni => System.IO.Path.Combine(Path, "local.ini");

    /// <summary>The directory of the databases.</summary>
    public string Store => System.IO.Path.Combine(Path, "store");

    /// <summary>The file that records the last synced commit of <see cref="Store"/>.</summary>
    public string Synced => System.IO.Path.Combine(Path, "synced");

    /// <summary>The file that reserves disk space.</summary>
    public string Reserve => System.IO.Path.Combine(Path, "reserve");

    /// <summary>The file that records crashes soon after a start.</summary>
    public string Starts => System.IO.Path.Combine(Path, "starts");

    /// <summary>The directory of the indexes, which can be rebuilt from the databases.</summary>
    public string Indexes => System.IO.Path.Combine(Path, "indexes");

    private string ProcessFile => System.IO.Path.Combine(Path, "node.pid");

    /// <summary>Takes a directory into use, and creates it where there is none.</summary>
    /// <exception cref="ConfigurationException">
    /// The directory is in use, of a newer format or not writable, or its databases are missing.
    /// </exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream? held = null;
        try
        {
            DurableDirectory.Create(path, Owner);

            // All refusals come before the first change.
            CheckFormat(path);
            held = Lock(path);
            var directory = new DataDirectory(path, held)
            {
                Warnings = [.. FindWarnings(path)],
                HasStore = Directory.Exists(System.IO.Path.Combine(path, "store")),
                WasUsed = File.Exists(FormatFile(path)),
            };
            directory.CheckStore();
            if (!File.Exists(FormatFile(path)))
            {
                DurableDirectory.Replace(FormatFile(path), Encoding.ASCII.GetBytes(Format.ToString(CultureInfo.InvariantCulture) + "\n"));
            }

            directory.NameProcess();
            held = null;
            return directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The data directory {path} cannot be used: {e.Message}", e);
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>
    /// Takes a directory to look at it: nothing in it is changed, so that it may be on a disk that cannot be written, such as a backup.
    /// </summary>
    /// <exception cref="ConfigurationException">
    /// There is no data of a node, it is in use, of a newer format, cannot be read, or its databases are missing.
    /// </exception>
    public static DataDirectory OpenToCheck(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream? held = null;
        try
        {
            if (Directory.Exists(path))
            {
                CheckFormat(path);
                held = LockToRead(path);
            }

            var directory = new DataDirectory(path, held) { HasStore = Directory.Exists(System.IO.Path.Combine(path, "store")) };
            directory.CheckStore();
            if (!directory.HasStore)
            {
                throw new ConfigurationException($"The directory {path} holds no data of a node.");
            }

            held = null;
            return directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The data directory {path} cannot be read: {e.Message}", e);
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>Releases the directory.</summary>
    public void Dispose()
    {
        if (_lock is { CanWrite: true })
        {
            try
            {
                File.Delete(ProcessFile);
            }
            catch (IOException)
            {
                // The file only serves an error message; the lock is what counts.
            }
        }

        _lock?.Dispose();
    }

    private static IEnumerable<string> FindWarnings(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~Owner) is not UnixFileMode.None and var others)
        {
            yield return $"The data directory {path} is open to other users of this machine ({others}), and passwords are in it. "
                + "\"chmod 700\" closes it.";
        }
    }

    /// <summary>
    /// Records which process uses the directory. Failures are ignored, because the record only serves an error message and a full disk
    /// must not keep the node from starting.
    /// </summary>
    private void NameProcess()
    {
        try
        {
            File.WriteAllText(ProcessFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (IOException)
        {
            // The lock is what counts.
        }
    }

    /// <summary>
    /// Refuses a directory that has indexes but no databases: the databases are always created first, so they are missing.
    /// </summary>
    private void CheckStore()
    {
        if (!Directory.Exists(Store) && (File.Exists(Synced) || Directory.Exists(Indexes)))
        {
            throw new ConfigurationException(
                $"The databases of the data directory {Path} are missing: there is no {Store}. "
                + $"Restore it; or, to start without databases, remove {Synced} and {Indexes}.");
        }
    }

    private static string FormatFile(string path) => System.IO.Path.Combine(path, "FORMAT");

    private static string LockFile(string path) => System.IO.Path.Combine(path, "node.lock");

    private static FileStream Lock(string path) => Lock(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);

    /// <returns>Null where no node has locked it before.</returns>
    private static FileStream? LockToRead(string path) => File.Exists(LockFile(path)) ? Lock(path, FileMode.Open, FileAccess.Read) : null;

    private static FileStream Lock(string path, FileMode mode, FileAccess access)
    {
        try
        {
            return new FileStream(LockFile(path), mode, access, FileShare.None);
        }
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnDarwin or SharingViolation)
        {
            var file = System.IO.Path.Combine(path, "node.pid");
            var number = File.Exists(file) ? File.ReadAllText(file).Trim() : string.Empty;
            var process = number.Length > 0 ? $" (process {number})" : string.Empty;
            throw new ConfigurationException($"The data directory {path} is in use by another node{process}.", e);
        }
    }

    private static void CheckFormat(string path)
    {
        if (!File.Exists(FormatFile(path)))
        {
            return;
        }

        var text = File.ReadAllText(FormatFile(path)).Trim();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var format) || format < 1)
        {
            throw new ConfigurationException($"The data directory {path} was not written by CloudWall: its file FORMAT says \"{text}\".");
        }

        if (format > Format)
        {
            throw new ConfigurationException(
                $"The data directory {path} was written by a newer CloudWall (format {format}; this one reads up to {Format}). "
                + "Use that version, or another directory.");
        }
    }
}
