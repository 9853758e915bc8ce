using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The history of a document that may change concurrently. If branches were purged since the record was read, the record is updated to the
/// present state.
/// </summary>
internal sealed class RecordHistory(Database database, DocumentRecord record) : DocumentHistory
{
    public override RevisionTree Tree => record.Tree;

    protected override void Load() => database.LoadAncestors(record);
}
