using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>
/// One step of compaction: removes the bodies of some documents' old revisions, and with them what only they referred to. Decided
/// by the writer, so that no write can come between looking and removing.
/// </summary>
internal sealed class CompactionCommand(byte[] from, int steps) : WriteCommand<byte[]?>
{
    public override bool Alone => true;

    // What a crash undoes is compacted again.
    public override bool Sync => false;

    /// <summary>Looks at some bodies.</summary>
    /// <returns>Where the next step begins, or null at the end.</returns>
    protected override byte[]? Decide(WriteSession session)
    {
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, session.Core.Number + 1);
        using var bodies = session.Core.Store.Scan(Keyspace.Bodies, from, upper.Written);
        upper.Dispose();
        string? id = null;
        RevisionTree? tree = null;
        for (var left = steps; bodies.MoveNext(); left--)
        {
            if (left == 0)
            {
                return bodies.Key.ToArray();
            }

            Keys.ReadBody(bodies.Key, out var thisId, out var revision);
            if (thisId != id)
            {
                id = thisId;
                tree = session.Core.Find(id)?.Tree;
            }

            if (tree is null || !tree.TryFindLeaf(revision, out _))
            {
                session.RemoveBody(bodies.Key, bodies.Value);
            }
        }

        session.TrimPurges();
        return null;
    }
}
