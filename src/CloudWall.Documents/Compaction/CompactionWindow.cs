namespace CloudWall.Documents.Compaction;

/// <summary>A part of each day, in UTC as in CouchDB; it may go over midnight.</summary>
/// <param name="From">When it opens.</param>
/// <param name="To">When it closes. The same as <paramref name="From"/>: it never closes.</param>
public sealed record CompactionWindow(TimeOnly From, TimeOnly To)
{
    /// <summary>How long it is until the window is open; zero while it is.</summary>
    public TimeSpan UntilOpen(DateTimeOffset now)
    {
        var time = TimeOnly.FromTimeSpan(now.UtcDateTime.TimeOfDay);
        return From == To || time.IsBetween(From, To) ? TimeSpan.Zero : From - time;
    }
}
