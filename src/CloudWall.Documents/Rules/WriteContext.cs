using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Rules;

/// <summary>What a rule knows about a write besides the document.</summary>
/// <param name="Database">The database.</param>
/// <param name="Mode">Whether the documents are edits or replicated revisions.</param>
/// <param name="Writer">Who writes, and by which way.</param>
public sealed record WriteContext(Database Database, WriteMode Mode, Writer Writer)
{
    /// <summary>
    /// Whether an edit conflicts with the stored document: it names a revision that is not a leaf, or none although the document exists.
    /// CouchDB reports the conflict before it checks the content of a design document.
    /// </summary>
    public bool IsConflict(DocumentWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (Mode != WriteMode.Interactive)
        {
            return false;
        }

        var record = Database.Find(write.Id);
        return write.Parent.IsNone ? record is { Deleted: false } : record is null || !record.Tree.TryFindLeaf(write.Parent, out _);
    }
}
