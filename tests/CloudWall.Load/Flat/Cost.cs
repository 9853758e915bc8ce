using System.Diagnostics;
using System.Globalization;

namespace CloudWall.Load.Flat;

/// <summary>What something took of this process: processor time, and bytes written to files, what the store moves about by itself included.</summary>
internal readonly record struct Cost(double Microseconds, double Bytes)
{
    /// <summary>It without the processor time of something that was part of it.</summary>
    public Cost Without(Cost part) => this with { Microseconds = Microseconds - part.Microseconds };

    /// <summary>Measures something, a unit.</summary>
    /// <param name="units">How many units it is.</param>
    /// <param name="run">What is measured.</param>
    /// <param name="settle">Whether what the store does afterwards counts; it is waited for before, too.</param>
    public static async Task<Cost> MeasureAsync(long units, Func<Task> run, bool settle)
    {
        if (settle)
        {
            await SettleAsync();
        }

        var (processor, bytes) = Read();
        await run();
        if (settle)
        {
            await SettleAsync();
        }

        var (processorAfter, bytesAfter) = Read();
        return new Cost((processorAfter - processor).TotalMicroseconds / units, (double)(bytesAfter - bytes) / units);
    }

    private static async Task SettleAsync()
    {
        for (var (before, quiet) = (TimeSpan.Zero, 0); quiet < 5;)
        {
            await Task.Delay(100);
            var (now, _) = Read();
            quiet = now - before < TimeSpan.FromMilliseconds(15) ? quiet + 1 : 0;
            before = now;
        }
    }

    private static (TimeSpan Processor, long Bytes) Read()
    {
        using var self = Process.GetCurrentProcess();
        var written = File.ReadLines("/proc/self/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal));
        return (self.TotalProcessorTime, long.Parse(written["write_bytes:".Length..], CultureInfo.InvariantCulture));
    }
}
