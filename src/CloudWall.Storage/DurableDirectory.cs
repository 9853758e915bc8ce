using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudWall.Storage;

/// <summary>
/// Directories whose names survive a power failure. A name, unlike a file's content, is on the disk only once the directory that it is
/// in was synced (fsync(2)).
/// </summary>
public static partial class DurableDirectory
{
    private const int ReadOnly = 0;

    /// <summary>Makes a directory and those above it, where there are none.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="mode">Who may use what is made; null for the system's default. Not heeded on Windows.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void Create(string path, UnixFileMode? mode = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var made = new List<string>();
        for (var at = path; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            made.Add(at);
        }

        if (mode is null || OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, mode.Value);
        }

        foreach (var directory in made)
        {
            if (Path.GetDirectoryName(directory) is { } parent)
            {
                Sync(parent);
            }
        }
    }

    /// <summary>
    /// Writes a file as a whole: after a power failure it has the new content or is as it was before. Afterwards it has the new content.
    /// </summary>
    /// <param name="path">An absolute path, in a directory that is there.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Who may use the file; null for the system's default. Not heeded on Windows.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        if (Path.GetDirectoryName(path) is { } parent)
        {
            Sync(parent);
        }
    }

    /// <summary>Brings the names in a directory to the disk. Windows does that by itself, and some file systems know no such thing.</summary>
    private static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var directory = new SafeFileHandle(Open(path, ReadOnly), ownsHandle: true);
        if (directory.IsInvalid)
        {
            throw new IOException($"The directory {path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        RandomAccess.FlushToDisk(directory);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
