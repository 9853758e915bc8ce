using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>A document's record: its revision tree and its winner, without bodies.</summary>
public sealed class DocumentRecord
{
    internal DocumentRecord(string id, RevisionTree tree, long sequence, LeafSize[] leafSizes, int storedLength)
    {
        Id = id;
        Tree = tree;
        Sequence = sequence;
        LeafSizes = leafSizes;
        StoredLength = storedLength;
    }

    /// <summary>The document's id.</summary>
    public string Id { get; }

    /// <summary>The update sequence of its latest change.</summary>
    public long Sequence { get; private set; }

    /// <summary>
    /// The revision tree. All leaves are loaded; older ancestors may be left out (<see cref="RevisionTree.TailCount"/>). Use
    /// <see cref="History"/> to include them.
    /// </summary>
    public RevisionTree Tree { get; private set; }

    /// <summary>The winner: the leaf that represents the document.</summary>
    public RevisionLeaf Winner => Tree.Winner;

    /// <summary>Whether the winner is a deletion, which means that all leaves are.</summary>
    public bool Deleted => (Tree.Winner.Flags & RevisionFlags.Deleted) != 0;

    /// <summary>The sizes of the tree's leaves, in tree order.</summary>
    internal LeafSize[] LeafSizes { get; private set; }

    /// <summary>The record's stored length in bytes.</summary>
    internal int StoredLength { get; private set; }

    /// <summary>Replaces the content with the document's present state.</summary>
    internal void ReplaceWith(DocumentRecord now)
    {
        Sequence = now.Sequence;
        Tree = now.Tree;
        LeafSizes = now.LeafSizes;
        StoredLength = now.StoredLength;
    }
}
