using System.Globalization;
using System.Text;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node.Disk;

/// <summary>
/// A node's data on disk: <c>FORMAT</c> (a number: how the rest is to be read), <c>local.ini</c> (settings that the node keeps,
/// for the owner's eyes only), <c>store/</c> (databases), <c>synced</c> (how much of them was safe on the disk), <c>indexes/</c>,
/// <c>reserve</c> (room for a full disk), <c>starts</c> (how often the node crashed), and <c>node.lock</c> with <c>node.pid</c> (who uses
/// it now).
/// </summary>
public sealed class DataDirectory : IDisposable
{
    /// <summary>The format that this program writes.</summary>
    public const int Format = 1;

    // What the system says of a file that somebody else has locked. Anything else is no fault of another node.
    private const int WouldBlock = 11;
    private const int WouldBlockOnDarwin = 35;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>What is not as it should be, for the log.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Whether a node has had databases here before.</summary>
    public bool HasStore { get; private init; }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The settings that the node keeps.</summary>
    public string LocalIni => System.IO.Path.Combine(Path, "local.ini");

    /// <summary>The databases.</summary>
    public string Store => System.IO.Path.Combine(Path, "store");

    /// <summary>How far the writes of <see cref="Store"/> have been synced.</summary>
    public string Synced => System.IO.Path.Combine(Path, "synced");

    /// <summary>A file that holds room on the disk.</summary>
    public string Reserve => System.IO.Path.Combine(Path, "reserve");

    /// <summary>How often the node crashed soon after its start.</summary>
    public string Starts => System.IO.Path.Combine(Path, "starts");

    /// <summary>The indexes, which can be made anew from the databases.</summary>
    public string Indexes => System.IO.Path.Combine(Path, "indexes");

    private string ProcessFile => System.IO.Path.Combine(Path, "node.pid");

    /// <summary>Takes a directory into use; makes it where there is none.</summary>
    /// <exception cref="ConfigurationException">
    /// It is in use, of a newer format, cannot be written, or its databases are missing.
    /// </exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream? held = null;
        try
        {
            DurableDirectory.Create(path, Owner);

            // Refuse before anything is touched.
            CheckFormat(path);
            held = Lock(path);
            var directory = new DataDirectory(path, held)
            {
                Warnings = [.. FindWarnings(path)],
                HasStore = Directory.Exists(System.IO.Path.Combine(path, "store")),
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

    /// <summary>Leaves the directory to others.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(ProcessFile);
        }
        catch (IOException)
        {
            // It only serves a message; the lock is what counts.
        }

        _lock.Dispose();
    }

    private static IEnumerable<string> FindWarnings(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~Owner) is not UnixFileMode.None and var others)
        {
            yield return $"The data directory {path} is open to other users of this machine ({others}), and passwords are in it. "
                + "\"chmod 700\" closes it.";
        }
    }

    /// <summary>Says who uses the directory. It only serves a message, and a full disk must not keep a node from starting.</summary>
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

    /// <summary>Indexes are made after the databases, so that where they are there was a store.</summary>
    private void CheckStore()
    {
        if (!Directory.Exists(Store) && (File.Exists(Synced) || Directory.Exists(Indexes)))
        {
            throw new ConfigurationException(
                $"The databases of the data directory {Path} are missing: there is no {Store}. "
                + $"Put it back; or, to begin without any, remove {Synced} and {Indexes}.");
        }
    }

    private static string FormatFile(string path) => System.IO.Path.Combine(path, "FORMAT");

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
            throw new ConfigurationException($"The data directory {path} is none of CloudWall's: its file FORMAT says \"{text}\".");
        }

        if (format > Format)
        {
            throw new ConfigurationException(
                $"The data directory {path} was written by a newer CloudWall (format {format}; this one reads up to {Format}). Use that one, or another directory.");
        }
    }
}
