using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The history of a document that others may edit meanwhile. Where branches were purged since it was looked up, the record becomes what
/// the document is now.
/// </summary>
internal sealed class RecordHistory(Database database, DocumentRecord record) : DocumentHistory
{
    public override RevisionTree Tree => record.Tree;

    protected override void Load() => database.LoadAncestors(record);
}
