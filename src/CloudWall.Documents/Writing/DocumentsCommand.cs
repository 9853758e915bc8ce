using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Writing;

/// <summary>Writes documents by the rules of CouchDB's <c>couch_db_updater</c>: edits extend a leaf, replicated revisions merge.</summary>
internal sealed partial class DocumentsCommand : WriteCommand<IReadOnlyList<WriteOutcome>>
{
    /// <summary>The number of documents from which a search for absent ids pays.</summary>
    private const int Many = 8;

    /// <summary>The maximum body size of a deletion that counts as releasing space.</summary>
    private const int SmallBody = 1024;

    private static readonly DocumentError TooManyIds = DocumentError.Validation("_revisions has more ids than generations");

    private readonly IReadOnlyList<DocumentWrite> _writes;
    private readonly WriteMode _mode;
    private readonly RevisionId[] _expected;
    private readonly RevisionId[][] _paths;
    private readonly bool _checked;
    private readonly long _weight;

    /// <summary>Edits, or replicated revisions.</summary>
    public WriteMode Mode => _mode;

    /// <summary>Prepares a write on the caller's thread, so that the writer only does what depends on the stored state.</summary>
    /// <param name="writes">The documents.</param>
    /// <param name="mode">Whether the documents are edits or replicated revisions.</param>
    /// <param name="isChecked">Whether the documents were inspected with the stored state before, which makes CouchDB stricter.</param>
    public DocumentsCommand(IReadOnlyList<DocumentWrite> writes, WriteMode mode, bool isChecked)
    {
        _writes = writes;
        _checked = isChecked;
        _mode = mode;
        _expected = new RevisionId[writes.Count];
        _paths = mode == WriteMode.Replicated ? new RevisionId[writes.Count][] : [];
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            CheckNames(write);
            _weight += write.Weight;
            if (mode == WriteMode.Replicated)
            {
                _paths[i] = Path(write);
            }

            _checked |= write.Attachments.Count > 0 || write.Id.StartsWith("_design/", StringComparison.Ordinal);
            if (mode == WriteMode.Interactive && write.Attachments.Count == 0)
            {
                _expected[i] = RevisionHash.Compute(write.Document.Deleted, write.Parent, write.Document.Term.Span, []);
            }
        }

        // The caller may stop waiting and dispose the writes, so hold their content.
        foreach (var write in writes)
        {
            foreach (var attachment in write.Attachments)
            {
                attachment.Content?.Hold();
            }
        }
    }

    public override long Weight => _weight;

    /// <summary>Deletions with small bodies release space. If any write of the request takes space, the whole request does.</summary>
    public override WriteNeed Need => _writes.All(static write =>
        write.Document.Deleted && write.Attachments.Count == 0 && write.Document.Body.Length <= SmallBody)
        ? WriteNeed.Release
        : WriteNeed.Space;

    protected override void Release()
    {
        foreach (var write in _writes)
        {
            foreach (var attachment in write.Attachments)
            {
                attachment.Content?.Release();
            }
        }
    }

    protected override IReadOnlyList<WriteOutcome> Decide(WriteSession session)
    {
        var order = InOrder();
        if (order.Length >= Many)
        {
            session.LoadMany(Array.ConvertAll(order, i => _writes[i].Id));
        }

        var attachments = ResolveAll(session, order);
        var outcomes = new WriteOutcome[_writes.Count];
        for (int from = 0, to = 0; from < order.Length; from = to)
        {
            var id = _writes[order[from]].Id;
            while (to < order.Length && _writes[order[to]].Id == id)
            {
                to++;
            }

            var ofDocument = order.AsSpan(from, to - from);
            if (_mode == WriteMode.Interactive)
            {
                Edit(session, session.Load(id), ofDocument, attachments, outcomes);
            }
            else
            {
                Merge(session, session.Load(id), ofDocument, attachments, outcomes);
            }
        }

        return outcomes;
    }

    /// <summary>Resolves the attachments of all writes: null for those whose stubs cannot be resolved and that fail anyway.</summary>
    private IReadOnlyList<AttachmentInfo>?[] ResolveAll(WriteSession session, int[] order)
    {
        var attachments = new IReadOnlyList<AttachmentInfo>?[_writes.Count];
        List<int>? recreated = null;
        foreach (var i in order)
        {
            if (IsRecreatedFromStubs(session, _writes[i]))
            {
                (recreated ??= []).Add(i);
            }
            else
            {
                attachments[i] = Resolve(session, i);
            }
        }

        // CouchDB names a missing attachment of such a document only if no other document lacks one.
        foreach (var i in recreated ?? [])
        {
            attachments[i] = Resolve(session, i);
        }

        return attachments;
    }

    /// <summary>Whether an edit makes a deleted document again and has attachments without content.</summary>
    private bool IsRecreatedFromStubs(WriteSession session, DocumentWrite write) =>
        _mode == WriteMode.Interactive
        && write.Parent.IsNone
        && write.Attachments.Any(static attachment => attachment is { Content: null, Existing: null })
        && !session.Load(write.Id).Tree.IsEmpty;

    /// <summary>CouchDB resolves attachments and assigns sequences in the order of ids.</summary>
    private int[] InOrder()
    {
        var order = new int[_writes.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (order.Length > 1)
        {
            Array.Sort(order, (a, b) =>
            {
                var byId = Utf8Order.Instance.Compare(_writes[a].Id, _writes[b].Id);
                return byId != 0 ? byId : a.CompareTo(b);
            });
        }

        return order;
    }

    /// <summary>Resolves attachments to their stored form: new content as received, stubs from the parent revision.</summary>
    /// <returns>Null if the write has stubs and fails anyway.</returns>
    /// <exception cref="DocumentException">412 <c>missing_stub</c>: the whole request fails, as in CouchDB.</exception>
    private AttachmentInfo[]? Resolve(WriteSession session, int index)
    {
        var write = _writes[index];
        if (write.Attachments.Count == 0)
        {
            return [];
        }

        IReadOnlyList<AttachmentInfo>? known = null;
        var resolved = new AttachmentInfo[write.Attachments.Count];
        for (var i = 0; i < resolved.Length; i++)
        {
            var attachment = write.Attachments[i];
            if (attachment.Content is { } content)
            {
                resolved[i] = new AttachmentInfo(
                    attachment.Name,
                    attachment.ContentType,
                    _mode == WriteMode.Interactive
                        ? Math.Min(write.Parent.Generation, long.MaxValue - 1) + 1
                        : Math.Max(0, attachment.RevisionPosition ?? 0),
                    content.Md5,
                    content.Length,
                    content.StoredLength,
                    content.Encoding,
                    content.ContentId);
                continue;
            }

            if (attachment.Existing is { } existing)
            {
                // The source revision may have been compacted away since, together with the content.
                resolved[i] = session.HasContent(existing) ? existing : throw MissingStub(write.Id, attachment.Name);
                continue;
            }

            if (known is null)
            {
                if (!TryReadBase(session, index, out known))
                {
                    return null;
                }
            }

            resolved[i] = FindStub(known, attachment) ?? throw MissingStub(write.Id, attachment.Name);
        }

        return resolved;
    }

    private bool TryReadBase(WriteSession session, int index, out IReadOnlyList<AttachmentInfo> attachments)
    {
        attachments = [];
        var write = _writes[index];
        var draft = session.Load(write.Id);
        var tree = draft.Tree;
        if (tree.IsEmpty)
        {
            return true;
        }

        if (_mode == WriteMode.Interactive)
        {
            return write.Parent.IsNone
                ? tree.Winner.IsDeleted
                : tree.TryFindLeaf(write.Parent, out _) && session.TryReadAttachments(draft, write.Parent, out attachments);
        }

        var path = _paths[index];
        if (draft.TryFind(path[0], out _))
        {
            return false;
        }

        foreach (var ancestor in path.AsSpan(1))
        {
            if (draft.Whole().TryFind(ancestor, out _))
            {
                foreach (var node in tree.PathOf(ancestor))
                {
                    if (session.TryReadAttachments(draft, node.Revision, out attachments))
                    {
                        return true;
                    }
                }

                return true;
            }
        }

        return true;
    }

    internal static AttachmentInfo? FindStub(IReadOnlyList<AttachmentInfo> known, AttachmentWrite stub)
    {
        foreach (var candidate in known)
        {
            if (candidate.Name == stub.Name)
            {
                return stub.RevisionPosition is null || stub.RevisionPosition == candidate.RevisionPosition ? candidate : null;
            }
        }

        return null;
    }

    /// <summary>The replicated revision and its ancestors.</summary>
    /// <exception cref="DocumentException">The document names no revision, or more ancestors than generations.</exception>
    private static RevisionId[] Path(DocumentWrite write)
    {
        RevisionId[] path = write.Document.Revisions is { Count: > 0 } revisions ? [.. revisions] : [write.Parent];
        if (path[0].IsNone)
        {
            throw new DocumentException(
                DocumentError.BadRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified"));
        }

        return path[0].Generation < 0 || path[^1].Generation < 0
            ? throw new DocumentException(TooManyIds)
            : path;
    }

    /// <summary>The parent of an edit that creates a document, with the ancestors that the client sent.</summary>
    private static IReadOnlyList<RevisionId> HistoryOf(DocumentWrite write) =>
        write.Document.Revisions is { Count: > 0 } revisions && revisions[0] == write.Parent && revisions[^1].Generation >= 0
            ? revisions
            : [write.Parent];

    private static HashedAttachment[] Hashed(IReadOnlyList<AttachmentInfo> attachments)
    {
        var hashed = new HashedAttachment[attachments.Count];
        for (var i = 0; i < hashed.Length; i++)
        {
            hashed[i] = new HashedAttachment(attachments[i].Name, attachments[i].ContentType, attachments[i].Md5);
        }

        return hashed;
    }

    private static void CheckNames(DocumentWrite write)
    {
        if (write.Attachments.Count < 2)
        {
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attachment in write.Attachments)
        {
            if (!names.Add(attachment.Name))
            {
                throw new DocumentException(DocumentError.BadRequest("Duplicate attachments"));
            }
        }
    }

    internal static DocumentException MissingStub(string id, string name) =>
        new(new DocumentError(412, "missing_stub", $"Invalid attachment stub in {id} for {name}"));
}
