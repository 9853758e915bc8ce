namespace CloudWall.Documents.Admission;

/// <summary>Decides whether the disk has room for a write, before anything of it is stored.</summary>
public abstract class WriteRoom
{
    /// <summary>Refuses a write if the disk has no room for it.</summary>
    /// <returns>The error, or null.</returns>
    public abstract DocumentError? Refuse(WriteNeed need);

    /// <summary>Refuses all edits, deletions included. Replicated revisions may still be written.</summary>
    /// <returns>The error of each document, or null.</returns>
    public abstract DocumentError? RefuseEdits();
}
