using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// A database's size on disk. The engine estimates how much its tables take for a range of keys; the database's state tells how much of
/// that is live.
/// </summary>
/// <param name="File">Bytes on disk, and in memory for data that is only in the log.</param>
/// <param name="Active">Bytes of live data: about the size after a compaction.</param>
internal readonly record struct SpaceUse(long File, long Active)
{
    public static SpaceUse Measure(DatabaseCore core)
    {
        var sizes = core.State.Sizes;
        return MeasureBodies(core, sizes)
            + MeasureContent(core, sizes)
            + MeasureSmall(core, Keyspace.Documents, sizes.Records)
            + MeasureSmall(core, Keyspace.Sequences, sizes.Rows)
            + MeasureSmall(core, Keyspace.Local, sizes.Local)
            + MeasureSmall(core, Keyspace.Counts, long.MaxValue);
    }

    public static SpaceUse operator +(SpaceUse one, SpaceUse other) => new(one.File + other.File, one.Active + other.Active);

    /// <summary>Assumes that old bodies compress as well as those of leaves.</summary>
    private static SpaceUse MeasureBodies(DatabaseCore core, in DatabaseSizes sizes)
    {
        var file = Size(core, Keyspace.Bodies);
        var all = sizes.Bodies + sizes.RemovedBodies;
        return new SpaceUse(file, all == 0 ? 0 : (long)((double)sizes.LeafBodies / all * file));
    }

    /// <summary>
    /// Content is stored uncompressed outside the tables, and the engine does not know whose it is. Removed content counts until the engine
    /// was asked to reclaim it, although it may have done so earlier.
    /// </summary>
    private static SpaceUse MeasureContent(DatabaseCore core, in DatabaseSizes sizes)
    {
        if (sizes.Content + sizes.RemovedContent == 0)
        {
            return default;
        }

        var everybodys = core.Store.ApproximateSize(Keyspace.Attachments, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        return new SpaceUse(Math.Clamp(sizes.Content + sizes.RemovedContent, sizes.Content, Math.Max(sizes.Content, everybodys)), sizes.LeafContent);
    }

    /// <summary>
    /// Assumes that records and rows of all databases compress equally well. The engine drops overwritten ones by itself.
    /// </summary>
    private static SpaceUse MeasureSmall(DatabaseCore core, Keyspace space, long needed)
    {
        var file = Size(core, space);
        return new SpaceUse(file, needed == long.MaxValue ? file : Math.Min(file, (long)(needed * core.Store.ReadDensity(space))));
    }

    private static long Size(DatabaseCore core, Keyspace space)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref lower, core.Number);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, core.Number + 1);
        var size = core.Store.ApproximateSize(space, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        return size;
    }
}
