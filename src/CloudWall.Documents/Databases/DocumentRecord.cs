using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>A document as the database knows it: its leaves and the winner among them. Bodies are read apart.</summary>
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
    /// The revisions. Older ancestors may be left out (<see cref="RevisionTree.TailCount"/>); all leaves are there.
    /// <see cref="History"/> looks at those, too.
    /// </summary>
    public RevisionTree Tree { get; private set; }

    /// <summary>The leaf that CouchDB shows for the document.</summary>
    public RevisionLeaf Winner => Tree.Winner;

    /// <summary>Whether the winner is a deletion, and so all leaves are.</summary>
    public bool Deleted => (Tree.Winner.Flags & RevisionFlags.Deleted) != 0;

    /// <summary>The sizes of the tree's leaves, in their order.</summary>
    internal LeafSize[] LeafSizes { get; private set; }

    /// <summary>How many bytes the record takes as stored.</summary>
    internal int StoredLength { get; private set; }

    /// <summary>Takes over what the document has become.</summary>
    internal void Become(DocumentRecord now)
    {
        Sequence = now.Sequence;
        Tree = now.Tree;
        LeafSizes = now.LeafSizes;
        StoredLength = now.StoredLength;
    }
}
