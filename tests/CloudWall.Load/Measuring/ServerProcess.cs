using System.Globalization;

namespace CloudWall.Load.Measuring;

/// <summary>The processes of a server on this machine, found by the port that it listens on (Linux: <c>/proc</c>).</summary>
internal sealed class ServerProcess
{
    private readonly int _pid;

    private ServerProcess(int pid) => _pid = pid;

    /// <summary>The one that listens on a port; null where it cannot be found.</summary>
    public static ServerProcess? Find(int port)
    {
        var sockets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            foreach (var line in File.Exists(table) ? File.ReadLines(table).Skip(1) : [])
            {
                if (ListenerOf(line, port) is { } inode)
                {
                    sockets.Add($"socket:[{inode}]");
                }
            }
        }

        foreach (var directory in sockets.Count == 0 ? [] : Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Holds(pid, sockets))
            {
                return new ServerProcess(pid);
            }
        }

        return null;
    }

    /// <summary>The inode of the socket that a line of <c>/proc/net/tcp</c> describes, if it listens on a port.</summary>
    public static string? ListenerOf(string line, int port)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 9 && fields[3] == "0A" && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal) ? fields[9] : null;
    }

    /// <summary>Processor time so far, of the process and its children.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            var time = TimeOf(_pid);
            foreach (var child in Children(_pid))
            {
                time += TimeOf(child);
            }

            return time;
        }
    }

    /// <summary>Resident memory in bytes, of the process alone (<c>VmRSS</c>).</summary>
    public long ResidentBytes => Status("VmRSS:");

    /// <summary>The most that was resident since the start, or since <see cref="ForgetPeak"/> (<c>VmHWM</c>).</summary>
    public long PeakBytes => Status("VmHWM:");

    /// <summary>Begins <see cref="PeakBytes"/> anew (<c>clear_refs</c> in proc(5)).</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_pid}/clear_refs", "5");

    private long Status(string name)
    {
        foreach (var line in File.ReadLines($"/proc/{_pid}/status"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return long.Parse(line[name.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }

    private static TimeSpan TimeOf(int pid)
    {
        try
        {
            return ProcessStat.Parse(File.ReadAllText($"/proc/{pid}/stat")).Own;
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    private static IEnumerable<int> Children(int pid)
    {
        var pending = new Queue<int>([pid]);
        while (pending.TryDequeue(out var parent))
        {
            foreach (var child in ChildrenOf(parent))
            {
                pending.Enqueue(child);
                yield return child;
            }
        }
    }

    /// <summary>The processes that a process's threads have started.</summary>
    private static List<int> ChildrenOf(int pid)
    {
        var children = new List<int>();
        try
        {
            foreach (var task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                var list = File.ReadAllText(task + "/children");
                children.AddRange(list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
            }
        }
        catch (IOException)
        {
            // It, or a thread of it, has ended; or this Linux keeps no such list.
        }

        return children;
    }

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(file => TargetOf(file) is { } target && sockets.Contains(target));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is somebody else's.
            return false;
        }
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            // Closed meanwhile; the process has others.
            return null;
        }
    }
}
