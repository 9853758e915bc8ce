using System.Text;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Brings an index up to what the database is when it begins. Documents are read by one thread in the order of the feed, mapped by
/// several, and written in order again, a step at a time.
/// </summary>
internal sealed class IndexBuild(
    Database database, IndexDefinition definition, ViewFunctions functions, IndexWriter writer, IndexingOptions options, CancellationToken cancellation)
    : IAsyncDisposable
{
    /// <summary>More changes than this, and than an eighth of the rows, are written without nodes, which are made at the end.</summary>
    private const long FewChanges = 2000;

    /// <summary>Documents that changed no later than this have no rows: the feed has each once, and the index began with none of them.</summary>
    private long _newUpTo;

    private readonly DateTimeOffset _began = options.Time.GetUtcNow();

    private readonly BodyReader _bodies = database.ReadBodies();
    private readonly Queue<Task<Step>> _mapping = new();
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Whether the index had nothing in it when it began.</summary>
    public bool WasEmpty { get; private set; }

    /// <summary>How far it has come.</summary>
    public IndexProgress Progress { get; private set; } = new(0, 0, options.Time.GetUtcNow(), options.Time.GetUtcNow());

    /// <summary>Waits for functions that are still running after a failure.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        while (_mapping.TryDequeue(out var step))
        {
            await ((Task)step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _ending.Dispose();
        _bodies.Dispose();
    }

    public async Task RunAsync()
    {
        ResetWhereUnrelated();
        var target = database.UpdateSequence;
        var purges = database.PurgeSequence;
        var changes = database.CountChangesAfter(writer.State.UpdateSequence);
        Progress = new IndexProgress(0, changes, _began, _began);
        var many = !writer.State.HasNodes || changes > Math.Max(FewChanges, writer.State.Views.Sum(static view => view.Rows) / 8);
        if (many && writer.State.HasNodes)
        {
            writer.DropNodes();
        }

        await ApplyPurgesAsync();
        WasEmpty = writer.State.UpdateSequence == 0 && Array.TrueForAll(writer.State.Views, static view => view.Rows == 0);
        _newUpTo = WasEmpty ? database.UpdateSequence : 0;
        await ApplyChangesAsync();
        if (many)
        {
            await writer.MakeNodesAsync(options.MapThreads, options.Scheduler, cancellation);
        }

        writer.Advance(Math.Max(target, writer.State.UpdateSequence), Math.Max(purges, writer.State.PurgeSequence));
    }

    /// <summary>An index that is ahead of the database, or whose purges are forgotten, is built anew.</summary>
    private void ResetWhereUnrelated()
    {
        var purges = database.PurgeSequence;
        var state = writer.State;
        if (state.UpdateSequence == 0 && state.PurgeSequence == 0 && purges > 0)
        {
            writer.Advance(0, purges);
        }
        else if (state.UpdateSequence > database.UpdateSequence || state.PurgeSequence > purges)
        {
            writer.Reset(purges);
        }
        else if (state.PurgeSequence < purges
            && (database.ReadPurgeInfos() is not [var first, ..] || first.PurgeSequence > state.PurgeSequence + 1))
        {
            writer.Reset(purges);
        }
    }

    private async Task ApplyPurgesAsync()
    {
        var done = writer.State.PurgeSequence;
        if (database.PurgeSequence == done)
        {
            return;
        }

        var step = new Step([], [], writer.State.UpdateSequence, done);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var purge in database.ReadPurgeInfos())
        {
            if (purge.PurgeSequence <= done)
            {
                continue;
            }

            step = step with { PurgeSequence = purge.PurgeSequence };
            if (seen.Add(purge.Id))
            {
                Add(step, purge.Id);
                if (step.Documents.Count >= options.BatchDocuments)
                {
                    _bodies.Pause();
                    await MapAsync(step);
                    step = step with { Documents = [], Texts = [] };
                    seen.Clear();
                }
            }
        }

        await MapAsync(step);
        await WriteAsync(all: true);
    }

    private void Add(Step step, string id)
    {
        var record = database.Find(id);
        var utf8 = Encoding.UTF8.GetBytes(id);
        if (record is null || record.Deleted || IsSkipped(utf8))
        {
            step.Documents.Add(new MappedDocument(utf8));
            step.Texts.Add(default);
        }
        else
        {
            Add(step, utf8, record.Winner.Revision, [.. record.Tree.Leaves], record.Sequence);
        }
    }

    private async Task ApplyChangesAsync()
    {
        using var changes = database.ReadChanges(writer.State.UpdateSequence);
        var step = new Step([], [], writer.State.UpdateSequence, writer.State.PurgeSequence);
        var bytes = 0;
        while (changes.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            bytes += Add(step, changes);
            step = step with { UpdateSequence = changes.Sequence };
            if (step.Documents.Count >= options.BatchDocuments || bytes >= options.BatchBytes)
            {
                changes.Pause();
                _bodies.Pause();
                await MapAsync(step);
                step = step with { Documents = [], Texts = [] };
                bytes = 0;
            }
        }

        if (step.UpdateSequence > writer.State.UpdateSequence)
        {
            await MapAsync(step);
        }

        await WriteAsync(all: true);
    }

    private bool IsSkipped(ReadOnlySpan<byte> id) => !definition.IncludeDesign && id.StartsWith("_design/"u8);

    private int Add(Step step, ChangesCursor change)
    {
        if (change.Deleted || IsSkipped(change.Id))
        {
            // A design document never had rows.
            if (change.Deleted)
            {
                step.Documents.Add(new MappedDocument(change.Id.ToArray()));
                step.Texts.Add(default);
            }

            return 0;
        }

        return Add(step, change.Id.ToArray(), change.Leaves[0].Revision, change.Leaves, change.Sequence);
    }

    private int Add(Step step, byte[] id, RevisionId winner, ReadOnlySpan<RevisionLeaf> leaves, long sequence)
    {
        // A body that is gone has made way for another meanwhile.
        while (true)
        {
            using var stored = _bodies.Read(id, winner);
            if (stored is not null)
            {
                var text = DocumentText.Write(id, winner, stored, leaves, definition.LocalSequence ? sequence : null);
                step.Documents.Add(new MappedDocument(id));
                step.Texts.Add(text);
                return text.Length;
            }

            var record = database.Find(Encoding.UTF8.GetString(id));
            if (record is null || record.Deleted || record.Winner.Revision == winner)
            {
                step.Documents.Add(new MappedDocument(id));
                step.Texts.Add(default);
                return 0;
            }

            winner = record.Winner.Revision;
            leaves = record.Tree.Leaves.ToArray();
            sequence = record.Sequence;
        }
    }

    private async Task MapAsync(Step step)
    {
        _mapping.Enqueue(Task.Factory.StartNew(
            () => Map(step), _ending.Token, TaskCreationOptions.DenyChildAttach, options.Scheduler));
        await WriteAsync(all: false);
    }

    private Step Map(Step step)
    {
        var texts = new List<ReadOnlyMemory<byte>>(step.Texts.Count);
        var documents = new List<MappedDocument>(step.Texts.Count);
        for (var i = 0; i < step.Texts.Count; i++)
        {
            if (!step.Texts[i].IsEmpty)
            {
                texts.Add(step.Texts[i]);
                documents.Add(step.Documents[i]);
            }
        }

        if (texts.Count > 0)
        {
            var rows = new RowCollector(definition, documents);
            functions.Map(texts, rows, _ending.Token);
            rows.Finish();
        }

        return step with { Texts = [] };
    }

    /// <summary>Writes the oldest steps until there is a thread for another, or all.</summary>
    private async Task WriteAsync(bool all)
    {
        while (_mapping.Count > (all ? 0 : options.MapThreads))
        {
            var step = await _mapping.Dequeue();
            var areNew = step.UpdateSequence > writer.State.UpdateSequence && step.UpdateSequence <= _newUpTo;
            writer.Write(step.Documents, areNew, step.UpdateSequence, step.PurgeSequence, cancellation);
            Progress = Progress with { Done = Progress.Done + step.Documents.Count, UpdatedAt = options.Time.GetUtcNow() };
        }
    }

    /// <param name="Documents">The documents.</param>
    /// <param name="Texts">Each one's JSON; empty where it has no rows.</param>
    /// <param name="UpdateSequence">How far the index is after it.</param>
    /// <param name="PurgeSequence">How far it is then in the history of purges.</param>
    private sealed record Step(
        List<MappedDocument> Documents, List<ReadOnlyMemory<byte>> Texts, long UpdateSequence, long PurgeSequence);
}
