using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <summary>A document while a batch of writes is put together: what is stored, and what the batch has made of it so far.</summary>
internal sealed class DocumentDraft
{
    private const int FewLeaves = 16;

    private readonly bool _wasDeleted;
    private Dictionary<RevisionId, (long Size, IReadOnlyList<AttachmentInfo> Attachments)>? _newBodies;
    private Dictionary<RevisionId, long>? _storedSizes;
    private object? _lastCommand;

    public DocumentDraft(string id, DocumentRecord? stored)
    {
        Id = id;
        Stored = stored;
        Tree = stored?.Tree ?? new RevisionTree();
        StoredSequence = stored?.Sequence ?? 0;
        _wasDeleted = stored is not null && stored.Deleted;
        if (stored is not null)
        {
            StoredLeaves = stored.Tree.Leaves;
        }
    }

    public string Id { get; }

    public RevisionTree Tree { get; }

    /// <summary>The sequence of the row that is on disk; 0 where there is none.</summary>
    public long StoredSequence { get; }

    public long Sequence { get; private set; }

    public bool IsChanged { get; private set; }

    public DocumentRecord? Stored { get; }

    public IReadOnlyList<RevisionLeaf> StoredLeaves { get; } = [];

    /// <summary>Whether stored bodies of revisions that the tree has not got are to go.</summary>
    public bool ForgetsBodies { get; set; }

    public int StoredCount => Stored is null || _wasDeleted ? 0 : 1;

    public int StoredDeletedCount => Stored is not null && _wasDeleted ? 1 : 0;

    /// <summary>The sequence that <see cref="Touch"/> would give.</summary>
    public long NextSequence(object command, long updateSequence) =>
        ReferenceEquals(_lastCommand, command) ? Sequence : updateSequence + 1;

    /// <summary>Gives the document a sequence, once a command: all its revisions of one command share it.</summary>
    public long Touch(object command, ref long updateSequence)
    {
        if (!ReferenceEquals(_lastCommand, command))
        {
            _lastCommand = command;
            Sequence = ++updateSequence;
            IsChanged = true;
        }

        return Sequence;
    }

    /// <summary>Gives the document the sequence that its leaves were given.</summary>
    public void SetSequence(long sequence)
    {
        Sequence = sequence;
        IsChanged = true;
    }

    public void AddBody(RevisionId revision, long size, IReadOnlyList<AttachmentInfo> attachments) =>
        (_newBodies ??= [])[revision] = (size, attachments);

    public bool TryFindNewBody(RevisionId revision, out IReadOnlyList<AttachmentInfo> attachments)
    {
        attachments = [];
        if (_newBodies is null || !_newBodies.TryGetValue(revision, out var body))
        {
            return false;
        }

        attachments = body.Attachments;
        return true;
    }

    public long SizeOf(RevisionId leaf)
    {
        if (_newBodies is not null && _newBodies.TryGetValue(leaf, out var body))
        {
            return body.Size;
        }

        if (StoredLeaves.Count > FewLeaves)
        {
            return (_storedSizes ??= StoredSizes()).GetValueOrDefault(leaf);
        }

        for (var i = 0; i < StoredLeaves.Count; i++)
        {
            if (StoredLeaves[i].Revision == leaf)
            {
                return Stored!.LeafSizes[i];
            }
        }

        return 0;
    }

    private Dictionary<RevisionId, long> StoredSizes()
    {
        var sizes = new Dictionary<RevisionId, long>(StoredLeaves.Count);
        for (var i = 0; i < StoredLeaves.Count; i++)
        {
            sizes[StoredLeaves[i].Revision] = Stored!.LeafSizes[i];
        }

        return sizes;
    }
}
