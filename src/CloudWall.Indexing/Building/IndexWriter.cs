using System.Buffers;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Writes the steps of a build. One batch removes and adds rows and updates the back index, the nodes and the progress. An index has one
/// writer at a time.
/// </summary>
internal sealed class IndexWriter(KeyValueStore store, uint index, ulong seed, IReadOnlyList<IReadOnlyList<Reducer>> reducers)
{
    private readonly ArrayBufferWriter<byte> _back = new();
    private readonly ArrayBufferWriter<byte> _backKey = new();
    private readonly byte[][] _prefixes = [.. Enumerable.Range(0, reducers.Count).Select(view => IndexKeys.Prefix(index, view, 0))];
    private long _debt;
    private readonly KeySample[] _samples = [.. reducers.Select(_ => new KeySample(seed))];

    /// <summary>Shortens long keys.</summary>
    public LongKeyWriter LongKeys { get; } = new(store, index);

    /// <summary>The key prefix of each view's rows.</summary>
    public IReadOnlyList<byte[]> Prefixes => _prefixes;

    /// <summary>The state that the index has reached.</summary>
    public IndexState State { get; private set; } = Read(store, index, reducers.Count);

    public static IndexState Read(KeyValueReader reader, uint index, int views)
    {
        using var value = reader.Get(IndexKeys.Space, IndexKeys.State(index));
        return value.Found ? IndexState.Read(value.Span) : IndexState.Initial(views, purgeSequence: 0);
    }

    /// <summary>Empties the index.</summary>
    public void Reset(long purgeSequence)
    {
        using var batch = store.CreateBatch();
        var prefix = IndexKeys.Index(index);
        batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        Commit(batch, IndexState.Initial(reducers.Count, purgeSequence));
    }

    /// <summary>Records progress without changing rows.</summary>
    public void Advance(long updateSequence, long purgeSequence)
    {
        if (State.UpdateSequence != updateSequence || State.PurgeSequence != purgeSequence)
        {
            using var batch = store.CreateBatch();
            Commit(batch, State with { UpdateSequence = updateSequence, PurgeSequence = purgeSequence });
        }
    }

    /// <summary>Removes all nodes, which makes adding many rows faster.</summary>
    public void DropNodes()
    {
        using var batch = store.CreateBatch();
        var prefix = IndexKeys.Nodes(index);
        if (HasAnyNode(prefix))
        {
            // A range deletion slows down every reader, even where the range is empty.
            batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        }

        Commit(batch, State with { HasNodes = false });
    }

    /// <summary>Makes all nodes.</summary>
    /// <param name="threads">The maximum number of threads.</param>
    /// <param name="scheduler">The scheduler of the threads.</param>
    /// <param name="turn">The build's turn, which it yields while others wait.</param>
    /// <param name="cancellation">Cancels the work.</param>
    public async Task MakeNodesAsync(int threads, TaskScheduler scheduler, BuildTurn turn, CancellationToken cancellation)
    {
        // An interrupted build may have left some nodes.
        DropNodes();
        for (var view = 0; view < reducers.Count; view++)
        {
            var build = new NodeBuild(store, index, view, seed, reducers[view], turn, cancellation);
            await build.RunAsync(_samples[view].Split(threads), scheduler);
        }

        using var batch = store.CreateBatch();
        Commit(batch, State with { HasNodes = true });
    }

    private bool HasAnyNode(byte[] prefix)
    {
        using var nodes = store.Scan(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        return nodes.MoveNext();
    }

    /// <summary>Replaces the rows of some documents.</summary>
    /// <param name="documents">The documents with their new rows. Where a document occurs twice, its last occurrence counts.</param>
    /// <param name="cancellation">Cancels the work.</param>
    public void Write(MappedDocuments documents, CancellationToken cancellation)
    {
        // A step that is repeated begins with the debt that is stored.
        var debt = _debt = OverrunLimit.After(documents.First == 0 ? State.Debt : _debt, documents);
        using var batch = store.CreateBatch();
        var views = State.Views.ToArray();
        if (documents.IsSorted)
        {
            WriteNew(documents, views, batch);
        }
        else
        {
            WriteChanged(documents, views, batch, cancellation);
        }

        // The recorded progress moves only with the last part of a step, so that a reopened index repeats the whole step.
        Commit(
            batch,
            documents.HasMore
                ? State with { Views = views }
                : State with
                {
                    UpdateSequence = documents.UpdateSequence,
                    PurgeSequence = documents.PurgeSequence,
                    Views = views,
                    Debt = debt,
                });
    }

    private void WriteNew(MappedDocuments documents, ViewState[] views, WriteBatch batch)
    {
        var rows = documents.Rows;
        for (var next = 0; next < rows.Length;)
        {
            var document = rows[next].Document;
            _back.ResetWrittenCount();
            foreach (ref readonly var row in documents.RowsOf(document, ref next))
            {
                BackEntry.Write(row.View, documents.OwnKey(row), row.Bytes, _back);
            }

            batch.Put(IndexKeys.Space, BackKey(documents.Id(document)), _back.WrittenSpan);
        }

        for (var place = 0; place < rows.Length; place++)
        {
            ref readonly var row = ref documents.InOrder(place);
            ref var view = ref views[row.View];
            view = new ViewState(view.Rows + 1, view.Bytes + row.Bytes);
            batch.Put(IndexKeys.Space, documents.Key(row), documents.Stored(row));
            _samples[row.View].Add(documents.OwnKey(row));
        }
    }

    private void WriteChanged(MappedDocuments documents, ViewState[] views, WriteBatch batch, CancellationToken cancellation)
    {
        var edits = new List<(byte[] Key, byte[]? Value)>[reducers.Count];
        for (var view = 0; view < edits.Length; view++)
        {
            edits[view] = [];
        }

        var last = documents.AreNew ? null : Last(documents);
        var next = 0;
        for (var document = documents.First; document < documents.End; document++)
        {
            var rows = documents.RowsOf(document, ref next);
            if (last?[document] ?? rows.Length > 0)
            {
                WriteChanged(documents, document, rows, edits, views, batch);
            }
        }

        for (var view = 0; view < edits.Length; view++)
        {
            if (edits[view].Count == 0)
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            edits[view].Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
            new NodeUpdate(store, index, view, seed, new NodeWork(reducers[view]), cancellation).Write(new Edits(edits[view]), batch);
        }
    }

    /// <summary>Marks the last occurrence of each document.</summary>
    private static bool[] Last(MappedDocuments documents)
    {
        var seen = new HashSet<byte[]>(documents.Count, BytesComparer.Instance);
        var last = new bool[documents.Count];
        for (var document = last.Length - 1; document >= 0; document--)
        {
            last[document] = seen.Add(documents.Id(document).ToArray());
        }

        return last;
    }

    /// <param name="documents">All documents.</param>
    /// <param name="document">The document to write.</param>
    /// <param name="rows">Its new rows.</param>
    /// <param name="edits">The changes that nodes have to reflect, by view; empty where there are no nodes.</param>
    /// <param name="views">The views' numbers.</param>
    /// <param name="batch">Receives the writes.</param>
    private void WriteChanged(
        MappedDocuments documents,
        int document,
        ReadOnlySpan<MappedRow> rows,
        List<(byte[] Key, byte[]? Value)>[] edits,
        ViewState[] views,
        WriteBatch batch)
    {
        var backKey = BackKey(documents.Id(document));
        var before = documents.AreNew ? [] : ReadBack(backKey);
        _back.ResetWrittenCount();
        var changed = false;
        foreach (ref readonly var row in rows)
        {
            var (view, bytes) = (row.View, row.Bytes);
            var ownKey = documents.OwnKey(row);
            var stored = documents.Stored(row);
            BackEntry.Write(view, ownKey, bytes, _back);
            var earlier = Find(before, view, ownKey);
            if (earlier >= 0)
            {
                var bytesBefore = before[earlier].Bytes;
                before.RemoveAt(earlier);
                if (bytesBefore == bytes && IsStored(documents.Key(row), stored))
                {
                    continue;
                }

                views[view] = views[view] with { Bytes = views[view].Bytes + bytes - bytesBefore };
            }
            else
            {
                views[view] = new ViewState(views[view].Rows + 1, views[view].Bytes + bytes);
            }

            changed = true;
            batch.Put(IndexKeys.Space, documents.Key(row), stored);
            if (State.HasNodes)
            {
                edits[view].Add((ownKey.ToArray(), stored.ToArray()));
            }
            else
            {
                _samples[view].Add(ownKey);
            }
        }

        foreach (var (view, key, bytes) in before)
        {
            changed = true;
            LongKeys.Removed(view, key);
            batch.Delete(IndexKeys.Space, [.. _prefixes[view], .. key]);
            views[view] = new ViewState(views[view].Rows - 1, views[view].Bytes - bytes);
            if (State.HasNodes)
            {
                edits[view].Add((key, null));
            }
        }

        if (changed)
        {
            if (_back.WrittenCount > 0)
            {
                batch.Put(IndexKeys.Space, backKey, _back.WrittenSpan);
            }
            else
            {
                batch.Delete(IndexKeys.Space, backKey);
            }
        }
    }

    private static int Find(List<BackEntry> entries, int view, ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].View == view && key.SequenceEqual(entries[i].Key))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The back index key of a document; valid until the next call.</summary>
    private ReadOnlySpan<byte> BackKey(ReadOnlySpan<byte> id)
    {
        _backKey.ResetWrittenCount();
        IndexKeys.WriteBack(index, id, _backKey);
        return _backKey.WrittenSpan;
    }

    private List<BackEntry> ReadBack(ReadOnlySpan<byte> backKey)
    {
        using var back = store.Get(IndexKeys.Space, backKey);
        return back.Found ? BackEntry.Read(back.Span) : [];
    }

    private bool IsStored(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        using var stored = store.Get(IndexKeys.Space, key);
        return stored.Found && stored.Span.SequenceEqual(value);
    }

    private void Commit(WriteBatch batch, IndexState state)
    {
        state = state with { Commits = State.Commits + 1 };
        batch.Put(IndexKeys.Space, IndexKeys.State(index), state.Write());
        store.Commit(batch, sync: false);
        State = state;
    }
}
