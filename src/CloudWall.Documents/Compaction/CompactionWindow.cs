namespace CloudWall.Documents.Compaction;

/// <summary>A part of each day, in UTC as in CouchDB; it may span midnight.</summary>
/// <param name="From">The time when it opens.</param>
/// <param name="To">The time when it closes. If equal to <paramref name="From"/>, it is always open.</param>
public sealed record CompactionWindow(TimeOnly From, TimeOnly To)
{
    /// <summary>The time until the window opens; zero while it is open.</summary>
    public TimeSpan UntilOpen(DateTimeOffset now)
    {
        var time = TimeOnly.FromTimeSpan(now.UtcDateTime.TimeOfDay);
        return From == To || time.IsBetween(From, To) ? TimeSpan.Zero : From - time;
    }
}
