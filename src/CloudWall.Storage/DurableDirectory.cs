using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudWall.Storage;

/// <summary>
/// Creates directories and files that survive a power failure. A file's name is durable only after its directory was synced (fsync(2)).
/// </summary>
public static partial class DurableDirectory
{
    private const int ReadOnly = 0;

    /// <summary>Creates a directory and its missing parents.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="mode">Permissions of the new directories; null for the system's default. Ignored on Windows.</param>
    /// <exception cref="IOException">The directory cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not create the directory.</exception>
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
    /// Replaces a file atomically and durably: a crash leaves either the old or the new content, and after the return the new content is on
    /// disk.
    /// </summary>
    /// <param name="path">An absolute path in an existing directory.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="mode">Permissions of the file; null for the system's default. Ignored on Windows.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write the file.</exception>
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

    /// <summary>Syncs a directory. Windows needs no such call, and some file systems do not support it.</summary>
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
