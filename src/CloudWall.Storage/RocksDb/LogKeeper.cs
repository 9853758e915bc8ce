using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// Holds a store's logs by a second name while the store is opened, because the engine removes what it has recovered, and everything behind
/// the first damage with it.
/// </summary>
internal sealed partial class LogKeeper
{
    private readonly string _store;
    private readonly string _directory;
    private bool _holdsAll = true;

    private LogKeeper(string store)
    {
        _store = store;
        _directory = store + ".opening";
    }

    /// <summary>Takes hold of the logs of a store that is not open.</summary>
    public static LogKeeper Hold(string store)
    {
        var keeper = new LogKeeper(store);
        foreach (var log in Directory.Exists(store) ? Directory.GetFiles(store, "*.log") : [])
        {
            if (new FileInfo(log).Length > 0)
            {
                keeper._holdsAll &= keeper.TryHold(log);
            }
        }

        return keeper;
    }

    /// <summary>Lets go: the engine has recovered all that there was.</summary>
    public void Release()
    {
        try
        {
            if (Directory.Exists(_directory))
            {
                Directory.Delete(_directory, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A second name does no harm. The next start removes it.
        }
    }

    /// <summary>Keeps the logs for good, under a name that was not used before.</summary>
    /// <returns>The directory; null where there was no log, or not all could be held.</returns>
    public string? Keep()
    {
        if (!Directory.Exists(_directory))
        {
            return null;
        }

        for (var number = 1; ; number++)
        {
            var kept = $"{_store}.damaged-{number}";
            if (!Directory.Exists(kept))
            {
                Directory.Move(_directory, kept);
                return _holdsAll ? kept : null;
            }
        }
    }

    private bool TryHold(string log)
    {
        try
        {
            DurableDirectory.Create(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var name = Path.Combine(_directory, Path.GetFileName(log));
            for (var again = 1; File.Exists(name); again++)
            {
                // Of a start that did not come to its end.
                name = Path.Combine(_directory, $"{Path.GetFileName(log)}.{again}");
            }

            if (OperatingSystem.IsWindows() || Link(log, name) != 0)
            {
                // There are file systems without second names.
                File.Copy(log, name);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
