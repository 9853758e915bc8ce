using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Rules;

/// <summary>What a rule knows of a write beside the document.</summary>
/// <param name="Database">The database.</param>
/// <param name="Mode">Whether it is an edit, or a revision that was made elsewhere.</param>
/// <param name="Writer">Who writes, and by which way.</param>
public sealed record WriteContext(Database Database, WriteMode Mode, Writer Writer)
{
    /// <summary>
    /// Whether an edit conflicts with what is stored: it names a revision that is no leaf, or none where the document exists.
    /// CouchDB says so before it looks at what a design document contains.
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
