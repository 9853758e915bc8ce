using System.Globalization;

namespace CloudWall.Load.Limits;

/// <summary>What a run came to; passed between processes as a line of text.</summary>
internal readonly record struct RawResult(long Units, TimeSpan Elapsed, TimeSpan Processor)
{
    public double Rate => Units / Elapsed.TotalSeconds;

    public double Microseconds => Processor.TotalMicroseconds / Units;

    public static RawResult Parse(string line)
    {
        var parts = line.Trim().Split(' ').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new RawResult(parts[0], TimeSpan.FromTicks(parts[1]), TimeSpan.FromTicks(parts[2]));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Units} {Elapsed.Ticks} {Processor.Ticks}");
}
