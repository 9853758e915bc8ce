using System.Buffers;
using System.Runtime.InteropServices;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>
/// One batch of the writer under construction: reads see the store and the batch's changes. <see cref="Commit"/> writes it atomically.
/// </summary>
internal sealed class WriteSession : IDisposable
{
    /// <summary>The number of documents looked up in one call.</summary>
    private const int Together = 64;

    private readonly DatabaseCore _core;
    private readonly WriteBatch _batch;
    private readonly ArrayBufferWriter<byte> _value = new(1024);
    private readonly Dictionary<string, DocumentDraft> _drafts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _local = new(StringComparer.Ordinal);
    private readonly ContentReferences _contents;
    private readonly SequenceCountChanges _rows = new();
    private readonly DocumentCountChanges _documents;
    private readonly long _abandoned;
    private ReadOnlyMemory<byte>? _security;

    public WriteSession(DatabaseCore core)
    {
        _core = core;
        _batch = core.Store.CreateBatch();
        _contents = new ContentReferences(core);
        _documents = new DocumentCountChanges(core.CountSeed);
        State = core.State;
        _abandoned = core.Contents.Abandoned;
        State.Sizes.RemovedContent += _abandoned;
    }

    /// <summary>Counters and limits after the batch.</summary>
    public DatabaseState State;

    public long SizeInBytes => _batch.SizeInBytes;

    public DatabaseCore Core => _core;

    public DocumentDraft Load(string id)
    {
        if (!_drafts.TryGetValue(id, out var draft))
        {
            draft = new DocumentDraft(_core, id, _core.Find(id));
            _drafts.Add(id, draft);
        }

        return draft;
    }

    /// <summary>Loads many documents with few look-up calls.</summary>
    /// <param name="ids">Their ids, ascending; equal ids may be adjacent.</param>
    public void LoadMany(IReadOnlyList<string> ids)
    {
        var absent = AbsentDocuments.From(_core.Store, _core.Number, ids[0]);
        var wanted = new List<string>(Together);
        var keys = new List<ReadOnlyMemory<byte>>(Together);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        foreach (var id in ids)
        {
            if (_drafts.ContainsKey(id) || (wanted.Count > 0 && wanted[^1] == id))
            {
                continue;
            }

            key.Clear();
            Keys.Record(ref key, _core.Number, id);
            if (absent.Has(key.Written))
            {
                _drafts.Add(id, new DocumentDraft(_core, id, null));
                continue;
            }

            wanted.Add(id);
            keys.Add(key.Written.ToArray());
            if (wanted.Count == Together)
            {
                LoadTogether(wanted, keys);
                wanted.Clear();
                keys.Clear();
            }
        }

        key.Dispose();
        LoadTogether(wanted, keys);
    }

    /// <summary>Reads the attachments of a revision that is stored or written in this batch.</summary>
    /// <returns>False if its body is not stored.</returns>
    public bool TryReadAttachments(DocumentDraft draft, RevisionId revision, out IReadOnlyList<AttachmentInfo> attachments)
    {
        if (draft.TryFindNewBody(revision, out var added))
        {
            attachments = added.Attachments;
            return true;
        }

        using var stored = _core.Read(draft.Id, revision);
        attachments = stored?.Attachments ?? [];
        return stored is not null;
    }

    /// <summary>Whether an attachment's content is stored.</summary>
    public bool HasContent(AttachmentInfo attachment) => _contents.Has(attachment);

    /// <summary>Adds a revision's body. Each of its attachments adds a reference to its content.</summary>
    public void PutBody(
        DocumentDraft draft,
        RevisionId revision,
        ReadOnlySpan<byte> body,
        IReadOnlyList<AttachmentInfo> attachments,
        IReadOnlyList<AttachmentWrite> writes)
    {
        var size = (long)body.Length;
        for (var i = 0; i < attachments.Count; i++)
        {
            size += attachments[i].Length;
            _contents.Add(attachments[i], writes[i].Content, _batch);
        }

        _value.ResetWrittenCount();
        BodyCodec.Write(_value, attachments, body);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Body(ref key, _core.Number, draft.Id, revision);
        _batch.Put(Keyspace.Bodies, key.Written, _value.WrittenSpan);
        var stored = DatabaseSizes.Entry(key.Written.Length, _value.WrittenCount);
        key.Dispose();
        State.Sizes.Bodies += stored;
        draft.AddBody(revision, new DocumentDraft.NewBody(size, stored, attachments));
    }

    /// <summary>
    /// Releases the references of a body that is about to be overwritten, if there is one: it may remain from a revision that was stemmed
    /// and now returns.
    /// </summary>
    public void ReleaseBody(DocumentDraft draft, RevisionId revision)
    {
        if (draft.TryFindNewBody(revision, out var added))
        {
            Release(added.Attachments);
            State.Sizes.Bodies -= added.Stored;
        }
        else if (draft.Stored is not null && TryReadStored(draft, revision, out var stored, out var attachments))
        {
            // A document without a record has no bodies, because a purge removes all of them.
            Release(attachments);
            State.Sizes.Bodies -= stored;
        }
    }

    /// <summary>Removes a stored revision's body and its references to content. The batch must not have changed it before.</summary>
    /// <param name="key">The body's key.</param>
    /// <param name="value">The body as stored.</param>
    public void RemoveBody(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        BodyCodec.Read(value, out var attachments);
        Release(attachments);
        _batch.Delete(Keyspace.Bodies, key);
        var stored = DatabaseSizes.Entry(key.Length, value.Length);
        State.Sizes.Bodies -= stored;
        State.Sizes.RemovedBodies += stored;
    }

    /// <summary>
    /// Removes the stored bodies of revisions that are not in the tree: purged ones, and those that were stemmed earlier.
    /// </summary>
    private void RemoveForgottenBodies(DocumentDraft draft)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Bodies(ref lower, _core.Number, draft.Id);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.BodiesEnd(ref upper, _core.Number, draft.Id);
        using var bodies = _core.Store.Scan(Keyspace.Bodies, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        while (bodies.MoveNext())
        {
            Keys.ReadBody(bodies.Key, out _, out var revision);
            if (!draft.Tree.TryFind(revision, out _))
            {
                RemoveBody(bodies.Key, bodies.Value);
            }
        }
    }

    private void Release(IReadOnlyList<AttachmentInfo> attachments)
    {
        foreach (var attachment in attachments)
        {
            _contents.Remove(attachment);
        }
    }

    public void PutLocal(string id, long revision, ReadOnlySpan<byte> body)
    {
        _value.ResetWrittenCount();
        _value.Number(revision);
        _value.Write(body);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Local(ref key, _core.Number, id);
        _batch.Put(Keyspace.Local, key.Written, _value.WrittenSpan);
        CountLocal(id, key.Written, DatabaseSizes.Entry(key.Written.Length, _value.WrittenCount));
        key.Dispose();
    }

    public void RemoveLocal(string id)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Local(ref key, _core.Number, id);
        _batch.Delete(Keyspace.Local, key.Written);
        CountLocal(id, key.Written, 0);
        key.Dispose();
    }

    private void CountLocal(string id, ReadOnlySpan<byte> key, long stored)
    {
        if (!_local.TryGetValue(id, out var before))
        {
            before = StoredEntry(Keyspace.Local, key);
        }

        _local[id] = stored;
        State.Sizes.Local += stored - before;
        State.LocalCount += (stored > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
    }

    /// <summary>The size of a stored entry; 0 if there is none.</summary>
    private long StoredEntry(Keyspace space, ReadOnlySpan<byte> key)
    {
        using var value = _core.Store.Get(space, key);
        return value.Found ? DatabaseSizes.Entry(key.Length, value.Span.Length) : 0;
    }

    public void PutPurge(PurgeInfo info)
    {
        _value.ResetWrittenCount();
        PurgeCodec.Write(_value, info);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Purge(ref key, _core.Number, info.PurgeSequence);
        _batch.Put(Keyspace.Documents, key.Written, _value.WrittenSpan);
        State.Sizes.Records += DatabaseSizes.Entry(key.Written.Length, _value.WrittenCount);
        key.Dispose();
    }

    /// <summary>Removes purge history beyond the limit.</summary>
    public void TrimPurges()
    {
        var oldest = Math.Max(State.OldestPurge, State.PurgeSequence - State.PurgedInfosLimit + 1);
        for (; State.OldestPurge < oldest; State.OldestPurge++)
        {
            RemovePurge(State.OldestPurge);
        }
    }

    public void PutSecurity(ReadOnlyMemory<byte> json)
    {
        _security = json;
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Security(ref key, _core.Number);
        _batch.Put(Keyspace.Meta, key.Written, json.Span);
        key.Dispose();
    }

    /// <summary>Commits the batch and, with <paramref name="sync"/>, waits until it is durable; then makes it visible to readers.</summary>
    public void Commit(bool sync)
    {
        var designsChanged = false;
        var (inserts, writes) = (0, 0);
        foreach (var draft in _drafts.Values)
        {
            if (draft.IsWritten)
            {
                writes++;
                inserts += draft.Stored is null ? 1 : 0;
            }

            if (draft.IsChanged)
            {
                designsChanged |= draft.Id.StartsWith("_design/", StringComparison.Ordinal);
                Flush(draft);
            }

            _core.WriteSteps += draft.Tree.Steps + draft.StoredLeaves.Count;
        }

        _contents.Flush(_batch, ref State.Sizes);
        _rows.Write(_core.Store, _core.Number, _batch);
        var blocks = _core.Blocks ?? new DocumentBlocks();
        _core.Blocks = null;
        var cache = _core.Context.BlockTables;
        var tables = _documents.IsEmpty ? null : cache.Take(_core.Number) ?? new BlockTables();
        if (tables is not null)
        {
            _documents.Write(_core.Store, _core.Number, _core.State.DocumentCount, blocks, tables, cache.MaxBytes, _batch);
        }

        _value.ResetWrittenCount();
        State.Write(_value);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref key, _core.Number);
        _batch.Put(Keyspace.Meta, key.Written, _value.WrittenSpan);
        key.Dispose();
        _core.Store.Commit(_batch, sync);
        _core.Context.Metrics.CountCommit(inserts, writes, _local.Count);
        _core.Blocks = blocks;
        if (tables is not null)
        {
            cache.Return(_core.Number, tables);
        }

        _contents.Committed();
        _core.Contents.Counted(_abandoned);
        _core.Publish(State, _security, designsChanged);
    }

    public void Dispose() => _batch.Dispose();

    private void LoadTogether(List<string> ids, List<ReadOnlyMemory<byte>> keys)
    {
        var values = new PinnedValue[ids.Count];
        _core.Store.GetMany(Keyspace.Documents, CollectionsMarshal.AsSpan(keys), values);
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                var stored = values[i].Found ? DocumentRecordCodec.Read(ids[i], values[i].Span) : null;
                _drafts.Add(ids[i], new DocumentDraft(_core, ids[i], stored));
            }
        }
        finally
        {
            foreach (var value in values)
            {
                value.Dispose();
            }
        }
    }

    private void RemovePurge(long sequence)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Purge(ref key, _core.Number, sequence);
        State.Sizes.Records -= StoredEntry(Keyspace.Documents, key.Written);
        _batch.Delete(Keyspace.Documents, key.Written);
        key.Dispose();
    }

    private void Flush(DocumentDraft draft)
    {
        if (draft.ForgetsBodies)
        {
            RemoveForgottenBodies(draft);
        }

        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        var moves = draft.Sequence != draft.StoredSequence || draft.Tree.IsEmpty;
        if (draft.StoredSequence != 0 && moves)
        {
            Keys.Sequence(ref key, _core.Number, draft.StoredSequence);
            _batch.Delete(Keyspace.Sequences, key.Written);
            _rows.Removed(draft.StoredSequence);
            State.Sizes.Rows -= DatabaseSizes.Entry(Keys.SequenceLength, SequenceRowCodec.Length(draft.Id, draft.StoredLeaves));
        }

        var tree = draft.Tree;
        var deleted = !tree.IsEmpty && tree.Winner.IsDeleted;
        var more = (tree.IsEmpty || deleted ? 0 : 1) - draft.StoredCount;
        State.DocumentCount += more;
        _documents.Add(draft.Id, more, created: draft.Stored is null && !tree.IsEmpty);
        State.DeletedCount += (deleted ? 1 : 0) - draft.StoredDeletedCount;
        var sizes = CountLeaves(draft);
        key.Dispose();
        key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref key, _core.Number, draft.Id);
        if (draft.Stored is not null)
        {
            State.Sizes.Records -= DatabaseSizes.Entry(key.Written.Length, draft.Stored.StoredLength);
        }

        if (tree.IsEmpty)
        {
            _batch.Delete(Keyspace.Documents, key.Written);
        }
        else
        {
            foreach (var page in tree.SpillTail())
            {
                PutPage(draft, page);
            }

            _value.ResetWrittenCount();
            DocumentRecordCodec.Write(_value, tree, draft.Sequence, sizes);
            _batch.Put(Keyspace.Documents, key.Written, _value.WrittenSpan);
            State.Sizes.Records += DatabaseSizes.Entry(key.Written.Length, _value.WrittenCount);
            if (moves)
            {
                PutRow(draft);
            }
        }

        key.Dispose();
        foreach (var page in tree.TakeDroppedPages())
        {
            RemovePage(draft, page);
        }
    }

    /// <summary>Adds the sizes and references of new leaves, and subtracts those of former leaves. A duplicated leaf counts once.</summary>
    /// <returns>The sizes of the tree's leaves, in tree order.</returns>
    private LeafSize[] CountLeaves(DocumentDraft draft)
    {
        var leaves = draft.Tree.Leaves;
        var sizes = leaves.Count == 0 ? [] : new LeafSize[leaves.Count];
        var places = leaves.Count > 1 ? new LeafPositions(leaves) : null;
        var before = new LeafPositions(draft.StoredLeaves);
        Span<bool> kept = draft.StoredLeaves.Count <= 64 ? stackalloc bool[64] : new bool[draft.StoredLeaves.Count];
        for (var i = 0; i < sizes.Length; i++)
        {
            var revision = leaves[i].Revision;
            if (places?.IndexOf(revision) is { } first && first < i)
            {
                sizes[i] = sizes[first];
            }
            else if (draft.TryFindNewBody(revision, out var added))
            {
                sizes[i] = AddLeaf(added.External, added.Stored, added.Attachments);
            }
            else if (before.IndexOf(revision) is >= 0 and var stored)
            {
                sizes[i] = draft.Stored!.LeafSizes[stored];
                kept[stored] = true;
            }
            else if (TryReadStored(draft, revision, out var length, out var attachments, out var external))
            {
                sizes[i] = AddLeaf(external, length, attachments);
            }
        }

        for (var i = 0; i < draft.StoredLeaves.Count; i++)
        {
            var revision = draft.StoredLeaves[i].Revision;
            if (!kept[i] && (draft.StoredLeaves.Count == 1 || before.IndexOf(revision) == i))
            {
                RemoveLeaf(draft, revision, draft.Stored!.LeafSizes[i]);
            }
        }

        return sizes;
    }

    private LeafSize AddLeaf(long external, long stored, IReadOnlyList<AttachmentInfo> attachments)
    {
        State.Sizes.External += external;
        State.Sizes.LeafBodies += stored;
        foreach (var attachment in attachments)
        {
            _contents.AddLeaf(attachment);
        }

        return new LeafSize(external, attachments.Count > 0);
    }

    private void RemoveLeaf(DocumentDraft draft, RevisionId revision, LeafSize size)
    {
        State.Sizes.External -= size.External;
        if (!size.HasAttachments)
        {
            State.Sizes.LeafBodies -= DatabaseSizes.Entry(
                Keys.BodyLength(draft.Id, revision), BodyCodec.LengthWithoutAttachments(size.External));
        }
        else if (TryReadStored(draft, revision, out var stored, out var attachments))
        {
            State.Sizes.LeafBodies -= stored;
            foreach (var attachment in attachments)
            {
                _contents.RemoveLeaf(attachment);
            }
        }
    }

    private bool TryReadStored(DocumentDraft draft, RevisionId revision, out long stored, out IReadOnlyList<AttachmentInfo> attachments) =>
        TryReadStored(draft, revision, out stored, out attachments, out _);

    /// <summary>Reads a stored body's size.</summary>
    /// <returns>False if there is none.</returns>
    private bool TryReadStored(
        DocumentDraft draft, RevisionId revision, out long stored, out IReadOnlyList<AttachmentInfo> attachments, out long external)
    {
        using var found = _core.Read(draft.Id, revision);
        attachments = found?.Attachments ?? [];
        stored = found is null ? 0 : DatabaseSizes.Entry(Keys.BodyLength(draft.Id, revision), found.StoredLength);
        external = found?.Body.Length ?? 0;
        foreach (var attachment in attachments)
        {
            external += attachment.Length;
        }

        return found is not null;
    }

    private void PutPage(DocumentDraft draft, AncestorPage page)
    {
        _value.ResetWrittenCount();
        RevisionTreeCodec.WritePage(page, _value);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Ancestors(ref key, _core.Number, draft.Id, page.Index);
        _batch.Put(Keyspace.Documents, key.Written, _value.WrittenSpan);
        State.Sizes.Records += DatabaseSizes.Entry(key.Written.Length, _value.WrittenCount) - StoredEntry(Keyspace.Documents, key.Written);
        key.Dispose();
    }

    private void RemovePage(DocumentDraft draft, long page)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Ancestors(ref key, _core.Number, draft.Id, page);
        State.Sizes.Records -= StoredEntry(Keyspace.Documents, key.Written);
        _batch.Delete(Keyspace.Documents, key.Written);
        key.Dispose();
    }

    private void PutRow(DocumentDraft draft)
    {
        _value.ResetWrittenCount();
        SequenceRowCodec.Write(_value, draft.Id, draft.Tree);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Sequence(ref key, _core.Number, draft.Sequence);
        _batch.Put(Keyspace.Sequences, key.Written, _value.WrittenSpan);
        _rows.Added(draft.Sequence);
        State.Sizes.Rows += DatabaseSizes.Entry(Keys.SequenceLength, _value.WrittenCount);
        key.Dispose();
    }
}
