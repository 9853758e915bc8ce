using System.Diagnostics;

namespace CloudWall.Load.Measuring;

/// <summary>Measures a run: time, the server's processor time, and this program's.</summary>
internal static class Stopwatches
{
    /// <summary>Runs something and adds what it took to a measurement.</summary>
    public static async Task MeasureAsync(Measurement measurement, ServerProcess? server, Func<Task<long>> run)
    {
        var generator = ReadGenerator();
        var before = server?.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var units = await run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        var after = server?.ProcessorTime;
        measurement.Add(units, elapsed, after - before, ReadGenerator() - generator);
    }

    /// <summary>This program's processor time so far, and that of the programs that it ran and that have ended.</summary>
    private static TimeSpan ReadGenerator()
    {
        const string Stat = "/proc/self/stat";
        if (File.Exists(Stat))
        {
            var stat = File.ReadAllText(Stat);
            return ProcessStat.Parse(stat).WithEnded;
        }

        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
