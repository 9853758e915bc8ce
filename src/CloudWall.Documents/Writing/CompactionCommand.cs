using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>
/// One step of compaction: removes bodies of old revisions and content that only they refer to. The writer makes the decision, so that no
/// write can come between the check and the removal.
/// </summary>
internal sealed class CompactionCommand(IReadOnlyList<byte[]> keys) : WriteCommand<bool>
{
    public override bool Alone => true;

    // After a crash, the next compaction repeats the step.
    public override bool Sync => false;

    /// <summary>Removes those of the bodies that are not bodies of leaves.</summary>
    protected override bool Decide(WriteSession session)
    {
        string? id = null;
        RevisionTree? tree = null;
        foreach (var key in keys)
        {
            Keys.ReadBody(key, out var thisId, out var revision);
            if (thisId != id)
            {
                id = thisId;
                tree = session.Core.Find(id)?.Tree;
            }

            if (tree is null || !tree.TryFindLeaf(revision, out _))
            {
                using var value = session.Core.Store.Get(Keyspace.Bodies, key);
                if (value.Found)
                {
                    session.RemoveBody(key, value.Span);
                }
            }
        }

        return true;
    }
}
