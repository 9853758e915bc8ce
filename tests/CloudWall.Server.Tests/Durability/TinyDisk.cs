using System.Diagnostics;
using System.Globalization;

namespace CloudWall.Server.Tests.Durability;

/// <summary>A small file system of its own. Tests that need one are skipped where it cannot be mounted.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private TinyDisk()
    {
    }

    public string Path => _directory.Path;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static TinyDisk Mount(int megabytes)
    {
        var disk = new TinyDisk();
        if (!OperatingSystem.IsLinux() || !Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0700", "none", disk.Path))
        {
            disk._directory.Dispose();
            Assert.Skip("No file system can be mounted here.");
        }

        return disk;
    }

    /// <summary>Lets nobody write any more.</summary>
    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", Path));

    /// <summary>Takes all that is free.</summary>
    public void Fill()
    {
        var piece = new byte[64 * 1024];
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var length = piece.Length; length > 0;)
        {
            try
            {
                file.Write(piece, 0, length);
            }
            catch (IOException)
            {
                length /= 2;
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Empty() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _directory.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            Debug.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{program}: {e.Message}"));
            return false;
        }
    }
}
