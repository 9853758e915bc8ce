using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// Hard-links a store's logs while the store is opened. The engine deletes the logs after recovery, including the part after the first
/// damaged record; the links preserve them.
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

    /// <summary>Links the logs of a store that is not open.</summary>
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

    /// <summary>Removes the links: the engine recovered everything.</summary>
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
            // A left-over link is harmless. The next start removes it.
        }
    }

    /// <summary>Keeps the links permanently, under an unused name.</summary>
    /// <returns>The directory; null if there was no log, or a log could not be linked.</returns>
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
                // A left-over of a start that failed.
                name = Path.Combine(_directory, $"{Path.GetFileName(log)}.{again}");
            }

            if (OperatingSystem.IsWindows() || Link(log, name) != 0)
            {
                // The file system does not support hard links.
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
