using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <summary>A document during a batch: its stored state, and the batch's changes so far.</summary>
internal sealed class DocumentDraft : DocumentHistory
{
    private readonly DatabaseCore _core;
    private readonly bool _wasDeleted;
    private Dictionary<RevisionId, NewBody>? _newBodies;
    private object? _lastCommand;

    public DocumentDraft(DatabaseCore core, string id, DocumentRecord? stored)
    {
        _core = core;
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

    public override RevisionTree Tree { get; }

    /// <summary>The sequence of the stored row; 0 if there is none.</summary>
    public long StoredSequence { get; }

    public long Sequence { get; private set; }

    public bool IsChanged { get; private set; }

    /// <summary>Whether a command has written a revision.</summary>
    public bool IsWritten => _lastCommand is not null;

    public DocumentRecord? Stored { get; }

    public IReadOnlyList<RevisionLeaf> StoredLeaves { get; } = [];

    /// <summary>Whether to remove stored bodies of revisions that are not in the tree.</summary>
    public bool ForgetsBodies { get; set; }

    public int StoredCount => Stored is null || _wasDeleted ? 0 : 1;

    public int StoredDeletedCount => Stored is not null && _wasDeleted ? 1 : 0;

    /// <summary>The sequence that <see cref="Touch"/> would assign.</summary>
    public long NextSequence(object command, long updateSequence) =>
        ReferenceEquals(_lastCommand, command) ? Sequence : updateSequence + 1;

    /// <summary>Assigns a new sequence, once for each command: all revisions of one command share it.</summary>
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

    /// <summary>Sets the sequence that the leaves were relabelled with.</summary>
    public void SetSequence(long sequence)
    {
        Sequence = sequence;
        IsChanged = true;
    }

    public void AddBody(RevisionId revision, NewBody body) => (_newBodies ??= [])[revision] = body;

    public bool TryFindNewBody(RevisionId revision, out NewBody body)
    {
        body = default;
        return _newBodies is not null && _newBodies.TryGetValue(revision, out body);
    }

    /// <summary>Only the writer changes documents, so the stored pages match the tree.</summary>
    protected override void Load() => _core.LoadAncestors(Id, Tree);

    /// <summary>A body added by the batch.</summary>
    /// <param name="External">Bytes of its JSON and attachments as a client sees them.</param>
    /// <param name="Stored">Its size as an entry.</param>
    /// <param name="Attachments">Its attachments.</param>
    public readonly record struct NewBody(long External, long Stored, IReadOnlyList<AttachmentInfo> Attachments);
}
