namespace CloudWall.Documents.Admission;

/// <summary>Decides whether there is room on the disk for a write, before anything of it is stored.</summary>
public abstract class WriteRoom
{
    /// <summary>Whether a write must not be made now.</summary>
    /// <returns>The refusal, or null.</returns>
    public abstract DocumentError? Refuse(WriteNeed need);

    /// <summary>Whether documents must not be edited now, deletions included, though replicated revisions may be written.</summary>
    /// <returns>The refusal of each document, or null.</returns>
    public abstract DocumentError? RefuseEdits();
}
