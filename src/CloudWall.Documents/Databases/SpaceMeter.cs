using CloudWall.Documents.Compaction;

namespace CloudWall.Documents.Databases;

/// <summary>Measures the space of a database, and remembers it for those to whom an older value is good enough.</summary>
internal sealed class SpaceMeter(DatabaseCore core)
{
    private Measured? _last;

    /// <summary>The space.</summary>
    /// <param name="oldest">How old the value may be.</param>
    public SpaceUse Read(TimeSpan oldest)
    {
        if (oldest > TimeSpan.Zero && _last is { } known && core.Time.GetElapsedTime(known.At) <= oldest)
        {
            return known.Space;
        }

        var space = SpaceUse.Measure(core);
        if (oldest > TimeSpan.Zero)
        {
            _last = new Measured(space, core.Time.GetTimestamp());
        }

        return space;
    }

    private sealed record Measured(SpaceUse Space, long At);
}
