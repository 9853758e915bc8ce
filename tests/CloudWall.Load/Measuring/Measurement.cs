namespace CloudWall.Load.Measuring;

/// <summary>What the runs of a work on a server have come to.</summary>
internal sealed class Measurement
{
    public long Units { get; private set; }

    public TimeSpan Elapsed { get; private set; }

    /// <summary>The server's processor time; null where its process cannot be seen.</summary>
    public TimeSpan? Server { get; private set; } = TimeSpan.Zero;

    /// <summary>This program's processor time, and that of programs that it ran.</summary>
    public TimeSpan Generator { get; private set; }

    public double Rate => Units / Elapsed.TotalSeconds;

    /// <summary>The server's processor time a unit, in microseconds.</summary>
    public double? ServerMicroseconds => Server?.TotalMicroseconds / Units;

    /// <summary>What part of one processor this program used.</summary>
    public double GeneratorShare => Generator / Elapsed;

    public void Add(long units, TimeSpan elapsed, TimeSpan? server, TimeSpan generator)
    {
        Units += units;
        Elapsed += elapsed;
        Server = server is null ? null : Server + server;
        Generator += generator;
    }
}
