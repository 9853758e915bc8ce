using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <summary>A document while a batch of writes is put together: what is stored, and what the batch has made of it so far.</summary>
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

    /// <summary>The sequence of the row that is on disk; 0 where there is none.</summary>
    public long StoredSequence { get; }

    public long Sequence { get; private set; }

    public bool IsChanged { get; private set; }

    /// <summary>Whether a command has written a revision of it.</summary>
    public bool IsWritten => _lastCommand is not null;

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

    public void AddBody(RevisionId revision, NewBody body) => (_newBodies ??= [])[revision] = body;

    public bool TryFindNewBody(RevisionId revision, out NewBody body)
    {
        body = default;
        return _newBodies is not null && _newBodies.TryGetValue(revision, out body);
    }

    /// <summary>The writer is the only one who changes the document, so that its pages are as the tree expects.</summary>
    protected override void Load() => _core.LoadAncestors(Id, Tree);

    /// <summary>A body that the batch adds.</summary>
    /// <param name="External">Bytes of its JSON and attachments, as a client sees them.</param>
    /// <param name="Stored">What it counts for as an entry.</param>
    /// <param name="Attachments">Its attachments.</param>
    public readonly record struct NewBody(long External, long Stored, IReadOnlyList<AttachmentInfo> Attachments);
}
