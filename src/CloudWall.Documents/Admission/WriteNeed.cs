namespace CloudWall.Documents.Admission;

/// <summary>What a write does to the disk.</summary>
public enum WriteNeed
{
    /// <summary>It takes space for as long as what it writes is kept.</summary>
    Space,

    /// <summary>It takes little, and what it removes can be freed: deletions, purges, settings.</summary>
    Release,
}
