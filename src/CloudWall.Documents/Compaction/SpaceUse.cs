using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// What a database takes on disk. The engine knows how much its tables take for a range of keys, and the database's state how much of
/// what is in them is still needed.
/// </summary>
/// <param name="File">Bytes on disk, and in memory what is in the log alone.</param>
/// <param name="Active">Bytes of it that hold what a reader of the leaves needs: about what is left after compaction.</param>
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

    /// <summary>Old bodies compress as well as those of leaves.</summary>
    private static SpaceUse MeasureBodies(DatabaseCore core, in DatabaseSizes sizes)
    {
        var file = Size(core, Keyspace.Bodies);
        var all = sizes.Bodies + sizes.RemovedBodies;
        return new SpaceUse(file, all == 0 ? 0 : (long)((double)sizes.LeafBodies / all * file));
    }

    /// <summary>
    /// Content lies outside of the tables as it is, and the engine does not know whose it is. What was removed is counted until the
    /// engine was asked to return it; it may have done so before.
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

    /// <summary>Records and rows of all databases are alike, and compress alike. Those that were replaced, the engine drops by itself.</summary>
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
