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
        batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        Commit(batch, State with { HasNodes = false });
    }

    /// <summary>Makes all nodes.</summary>
    public void MakeNodes(CancellationToken cancellation)
    {
        DropNodes();
        for (var view = 0; view < reducers.Count; view++)
        {
            new NodeBuild(store, index, view, seed, new NodeWork(reducers[view]), cancellation).Run();
        }

        using var batch = store.CreateBatch();
        Commit(batch, State with { HasNodes = true });
    }

    /// <summary>Writes what some documents' rows are to be.</summary>
    /// <param name="documents">The documents; of those that come twice the last counts.</param>
    /// <param name="updateSequence">How far the index is then.</param>
    /// <param name="purgeSequence">How far it is then in the history of purges.</param>
    /// <param name="cancellation">Gives up.</param>
    public void Write(
        IReadOnlyList<MappedDocument> documents, long updateSequence, long purgeSequence, CancellationToken cancellation)
    {
        using var batch = store.CreateBatch();
        var edits = new List<(byte[] Key, byte[]? Value)>[reducers.Count];
        var views = State.Views.ToArray();
        for (var view = 0; view < edits.Length; view++)
        {
            edits[view] = [];
        }

        foreach (var document in Last(documents))
        {
            Write(document, edits, views, batch);
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
        var last = new Dictionary<string, MappedDocument>(documents.Count, StringComparer.Ordinal);
        foreach (var document in documents)
        {
            last[Convert.ToBase64String(document.Id)] = document;
        }

        return last.Count == documents.Count ? documents : last.Values;
    }

    private void Write(MappedDocument document, List<(byte[] Key, byte[]? Value)>[] edits, ViewState[] views, WriteBatch batch)
    {
        var backKey = IndexKeys.Back(index, document.Id);
        var before = new Dictionary<string, BackEntry>(StringComparer.Ordinal);
        using (var back = store.Get(IndexKeys.Space, backKey))
        {
            if (back.Found)
            {
                foreach (var entry in BackEntry.Read(back.Span))
                {
                    before.Add(entry.Name, entry);
                }
            }
        }

        var now = new ArrayBufferWriter<byte>();
        var changed = false;
        foreach (var row in document.Rows)
        {
            var entry = new BackEntry(row.View, row.Key, row.Key.Length + row.Stored.Length);
            entry.Write(now);
            byte[] key = [.. IndexKeys.Prefix(index, row.View, 0), .. row.Key];
            if (before.Remove(entry.Name, out var earlier))
            {
                if (earlier.Bytes == entry.Bytes && IsStored(key, row.Stored))
                {
                    continue;
                }

                views[row.View] = views[row.View] with { Bytes = views[row.View].Bytes + entry.Bytes - earlier.Bytes };
            }
            else
            {
                views[row.View] = views[row.View] with { Rows = views[row.View].Rows + 1, Bytes = views[row.View].Bytes + entry.Bytes };
            }

            changed = true;
            batch.Put(IndexKeys.Space, key, row.Stored);
            edits[row.View].Add((row.Key, row.Stored));
        }

        foreach (var (view, key, bytes) in before.Values)
        {
            changed = true;
            batch.Delete(IndexKeys.Space, [.. IndexKeys.Prefix(index, view, 0), .. key]);
            edits[view].Add((key, null));
            views[view] = views[view] with { Rows = views[view].Rows - 1, Bytes = views[view].Bytes - bytes };
        }

        if (changed)
        {
            if (now.WrittenCount > 0)
            {
                batch.Put(IndexKeys.Space, backKey, now.WrittenSpan);
            }
            else
            {
                batch.Delete(IndexKeys.Space, backKey);
            }
        }
    }

    private bool IsStored(byte[] key, byte[] value)
    {
        using var stored = store.Get(IndexKeys.Space, key);
        return stored.Found && stored.Span.SequenceEqual(value);
    }

    private void Commit(WriteBatch batch, IndexState state)
    {
        batch.Put(IndexKeys.Space, IndexKeys.State(index), state.Write());
        store.Commit(batch, sync: false);
        State = state;
    }
}
