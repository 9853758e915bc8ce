using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>
/// One step of compaction: removes bodies of old revisions, and with them what only they referred to. Decided by the writer, so that
/// no write can come between looking and removing.
/// </summary>
internal sealed class CompactionCommand(IReadOnlyList<byte[]> keys) : WriteCommand<bool>
{
    public override bool Alone => true;

    // What a crash undoes is compacted again.
    public override bool Sync => false;

    /// <summary>Removes those of the bodies that no leaf has.</summary>
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
