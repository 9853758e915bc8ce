using System.Buffers;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Writes steps of a build: rows that go, rows that come, which rows documents have, nodes and progress, all in one batch. Only one may
/// write to an index at a time.
/// </summary>
internal sealed class IndexWriter(KeyValueStore store, uint index, ulong seed, IReadOnlyList<IReadOnlyList<Reducer>> reducers)
{
    private readonly ArrayBufferWriter<byte> _back = new();
    private readonly byte[][] _prefixes = [.. Enumerable.Range(0, reducers.Count).Select(view => IndexKeys.Prefix(index, view, 0))];
    private readonly KeySample[] _samples = [.. reducers.Select(_ => new KeySample(seed))];
    private byte[] _key = new byte[256];

    /// <summary>How far the index is.</summary>
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

    /// <summary>Notes progress without a change to rows.</summary>
    public void Advance(long updateSequence, long purgeSequence)
    {
        if (State.UpdateSequence != updateSequence || State.PurgeSequence != purgeSequence)
        {
            using var batch = store.CreateBatch();
            Commit(batch, State with { UpdateSequence = updateSequence, PurgeSequence = purgeSequence });
        }
    }

    /// <summary>Takes the nodes away, so that many rows can be added quickly.</summary>
    public void DropNodes()
    {
        using var batch = store.CreateBatch();
        var prefix = IndexKeys.Nodes(index);
        if (HasAnyNode(prefix))
        {
            // To remove a range in which nothing is would burden every reader all the same.
            batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        }

        Commit(batch, State with { HasNodes = false });
    }

    /// <summary>Makes all nodes.</summary>
    /// <param name="threads">On how many threads, at most.</param>
    /// <param name="scheduler">Where they run.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task MakeNodesAsync(int threads, TaskScheduler scheduler, CancellationToken cancellation)
    {
        // A build that was broken off may have left some.
        DropNodes();
        for (var view = 0; view < reducers.Count; view++)
        {
            var build = new NodeBuild(store, index, view, seed, reducers[view], cancellation);
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

    /// <summary>Writes what some documents' rows are to be.</summary>
    /// <param name="documents">The documents; of those that come twice the last counts.</param>
    /// <param name="areNew">Whether it is known that none of them has rows, nor comes twice.</param>
    /// <param name="updateSequence">How far the index is then.</param>
    /// <param name="purgeSequence">How far it is then in the history of purges.</param>
    /// <param name="cancellation">Gives up.</param>
    public void Write(
        IReadOnlyList<MappedDocument> documents, bool areNew, long updateSequence, long purgeSequence, CancellationToken cancellation)
    {
        using var batch = store.CreateBatch();
        var edits = new List<(byte[] Key, byte[]? Value)>[reducers.Count];
        var views = State.Views.ToArray();
        for (var view = 0; view < edits.Length; view++)
        {
            edits[view] = [];
        }

        foreach (var document in areNew ? documents : Last(documents))
        {
            Write(document, areNew, edits, views, batch);
        }

        for (var view = 0; view < edits.Length; view++)
        {
            if (edits[view].Count == 0)
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            if (State.HasNodes)
            {
                edits[view].Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
                new NodeUpdate(store, index, view, seed, new NodeWork(reducers[view]), cancellation).Write(new Edits(edits[view]), batch);
            }
        }

        Commit(batch, State with { UpdateSequence = updateSequence, PurgeSequence = purgeSequence, Views = views });
    }

    private static IEnumerable<MappedDocument> Last(IReadOnlyList<MappedDocument> documents)
    {
        var last = new Dictionary<byte[], MappedDocument>(documents.Count, BytesComparer.Instance);
        foreach (var document in documents)
        {
            last[document.Id] = document;
        }

        return last.Count == documents.Count ? documents : last.Values;
    }

    private void Write(
        MappedDocument document, bool isNew, List<(byte[] Key, byte[]? Value)>[] edits, ViewState[] views, WriteBatch batch)
    {
        if (isNew && document.Rows.Count == 0)
        {
            return;
        }

        var backKey = IndexKeys.Back(index, document.Id);
        var before = isNew ? [] : ReadBack(backKey);
        _back.ResetWrittenCount();
        var changed = false;
        foreach (var row in document.Rows)
        {
            var entry = new BackEntry(row.View, row.Key, row.Key.Length + row.Stored.Length);
            entry.Write(_back);
            var earlier = before.FindIndex(candidate => candidate.View == row.View && candidate.Key.AsSpan().SequenceEqual(row.Key));
            var key = KeyOf(row.View, row.Key);
            if (earlier >= 0)
            {
                var bytes = before[earlier].Bytes;
                before.RemoveAt(earlier);
                if (bytes == entry.Bytes && IsStored(key, row.Stored))
                {
                    continue;
                }

                views[row.View] = views[row.View] with { Bytes = views[row.View].Bytes + entry.Bytes - bytes };
            }
            else
            {
                views[row.View] = views[row.View] with { Rows = views[row.View].Rows + 1, Bytes = views[row.View].Bytes + entry.Bytes };
            }

            changed = true;
            batch.Put(IndexKeys.Space, key, row.Stored);
            edits[row.View].Add((row.Key, row.Stored));
            if (!State.HasNodes)
            {
                _samples[row.View].Add(row.Key);
            }
        }

        foreach (var (view, key, bytes) in before)
        {
            changed = true;
            batch.Delete(IndexKeys.Space, KeyOf(view, key));
            edits[view].Add((key, null));
            views[view] = views[view] with { Rows = views[view].Rows - 1, Bytes = views[view].Bytes - bytes };
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

    private List<BackEntry> ReadBack(byte[] backKey)
    {
        using var back = store.Get(IndexKeys.Space, backKey);
        return back.Found ? BackEntry.Read(back.Span) : [];
    }

    /// <summary>A row's whole key; valid until the next call.</summary>
    private ReadOnlySpan<byte> KeyOf(int view, byte[] key)
    {
        var prefix = _prefixes[view];
        var length = prefix.Length + key.Length;
        if (length > _key.Length)
        {
            _key = new byte[2 * length];
        }

        prefix.CopyTo(_key, 0);
        key.CopyTo(_key, prefix.Length);
        return _key.AsSpan(0, length);
    }

    private bool IsStored(ReadOnlySpan<byte> key, byte[] value)
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
