namespace CloudWall.Documents.Admission;

/// <summary>The effect of a write on disk space.</summary>
public enum WriteNeed
{
    /// <summary>The write takes space for as long as its data is kept.</summary>
    Space,

    /// <summary>The write takes little space, and what it removes can be reclaimed: deletions, purges, settings.</summary>
    Release,
}
