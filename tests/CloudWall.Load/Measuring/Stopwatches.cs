using System.Diagnostics;

namespace CloudWall.Load.Measuring;

/// <summary>Measures a run: time, the server's processor time, and this program's.</summary>
internal static class Stopwatches
{
    /// <summary>Runs something and adds what it took to a measurement.</summary>
    public static async Task MeasureAsync(Measurement measurement, ServerProcess? server, Func<Task<long>> run)
    {
        using var self = Process.GetCurrentProcess();
        var generator = self.TotalProcessorTime;
        var before = server?.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var units = await run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        var after = server?.ProcessorTime;
        self.Refresh();
        measurement.Add(units, elapsed, after - before, self.TotalProcessorTime - generator);
    }
}
