using System.Globalization;

namespace CloudWall.Load.Measuring;

/// <summary>What a line of <c>/proc/PID/stat</c> says of processor time (proc_pid_stat(5)).</summary>
/// <param name="Own">User and system time of the process, all of its threads included.</param>
/// <param name="Ended">The same of its children that have ended and been waited for.</param>
internal readonly record struct ProcessStat(TimeSpan Own, TimeSpan Ended)
{
    /// <summary>Linux counts in hundredths of a second wherever .NET runs.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>The fields of user time, system time, and both of ended children, counted from the one after the name.</summary>
    private const int First = 11;

    public TimeSpan WithEnded => Own + Ended;

    /// <summary>Reads a line. The name, in parentheses, may have spaces and parentheses itself.</summary>
    public static ProcessStat Parse(string line)
    {
        var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessStat(Ticks(First) + Ticks(First + 1), Ticks(First + 2) + Ticks(First + 3));

        TimeSpan Ticks(int field) =>
            TimeSpan.FromSeconds((double)long.Parse(fields[field], CultureInfo.InvariantCulture) / TicksPerSecond);
    }
}
