using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Waiting;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Brings an index up to the state that the database has when the build begins. One thread reads documents in the order of the feed,
/// several threads map them, and one writes the results in that order, one step at a time.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="definition">The definition of the index.</param>
/// <param name="functions">Its functions.</param>
/// <param name="writer">Writes to the index.</param>
/// <param name="options">The settings.</param>
/// <param name="turn">The build's turn, which it yields while others wait.</param>
/// <param name="isWanted">Called before each step. The build is cancelled when it returns false.</param>
/// <param name="cancellation">Cancels the build.</param>
internal sealed class IndexBuild(
    Database database,
    IndexDefinition definition,
    ViewFunctions functions,
    IndexWriter writer,
    IndexingOptions options,
    BuildTurn turn,
    Func<bool> isWanted,
    CancellationToken cancellation)
    : IAsyncDisposable
{
    /// <summary>
    /// A build of more changes than this, and of more than an eighth of the rows, writes rows without nodes and makes all nodes at the
    /// end.
    /// </summary>
    private const long FewChanges = 2000;

    /// <summary>Functions block their thread, so they must not run on the threads that serve requests.</summary>
    private const TaskCreationOptions OwnThread = TaskCreationOptions.DenyChildAttach | TaskCreationOptions.LongRunning;

    /// <summary>The number of documents in the first call of the next step: as many as the steps before it have shown to fit.</summary>
    private int _atOnce = MappedDocuments.FirstAtOnce;

    /// <summary>The size of the mapped documents in bytes.</summary>
    private long _mapped;

    /// <summary>
    /// Documents that changed at or before this sequence have no rows yet: the index began empty, and the feed has each document once.
    /// </summary>
    private long _newUpTo;

    private readonly BodyReader _bodies = database.ReadBodies();
    private readonly Queue<Task<MappedDocuments>> _mapping = new();
    private readonly Stack<MappedDocuments> _free = new();
    private readonly List<MappedDocuments> _made = [];
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Whether the index was empty when the build began.</summary>
    public bool WasEmpty { get; private set; }

    /// <summary>The progress of the build; null until the changes are counted.</summary>
    public IndexProgress? Progress { get; private set; }

    /// <summary>Waits for functions that still run after a failure.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelApartAsync();
        while (_mapping.TryDequeue(out var step))
        {
            await step.WithoutThrowing();
        }

        _made.ForEach(static documents => documents.Dispose());

        _ending.Dispose();
        _bodies.Dispose();
        options.Released(_mapped);
    }

    public async Task RunAsync()
    {
        ResetWhereUnrelated();
        var target = database.UpdateSequence;
        var purges = database.PurgeSequence;
        var began = options.Time.GetUtcNow();
        var changes = database.CountChangesAfter(writer.State.UpdateSequence);
        Progress = new IndexProgress(0, changes, began, began);
        var many = !writer.State.HasNodes || changes > Math.Max(FewChanges, writer.State.Views.Sum(static view => view.Rows) / 8);
        if (many && writer.State.HasNodes)
        {
            writer.DropNodes();
        }

        await ApplyPurgesAsync();
        WasEmpty = writer.State.UpdateSequence == 0 && Array.TrueForAll(writer.State.Views, static view => view.Rows == 0);
        _newUpTo = WasEmpty ? database.UpdateSequence : 0;
        await ApplyChangesAsync();
        writer.LongKeys.RemoveUnused();
        if (many)
        {
            await writer.MakeNodesAsync(options.MapThreads, options.Scheduler, turn, cancellation);
        }

        writer.Advance(Math.Max(target, writer.State.UpdateSequence), Math.Max(purges, writer.State.PurgeSequence));
    }

    /// <summary>
    /// Resets an index that is ahead of the database (which was restored), or that lacks purges that the database has forgotten.
    /// </summary>
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

        var step = Begin(writer.State.UpdateSequence, done);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var purge in database.ReadPurgeInfos())
        {
            if (purge.PurgeSequence <= done)
            {
                continue;
            }

            step.PurgeSequence = purge.PurgeSequence;
            if (seen.Add(purge.Id))
            {
                Add(step, purge.Id);
                if (step.Count >= options.BatchDocuments)
                {
                    await MapAsync(step);
                    step = Begin(step.UpdateSequence, step.PurgeSequence);
                    seen.Clear();
                }
            }
        }

        await MapAsync(step);
        await WriteAsync(all: true);
    }

    private MappedDocuments Begin(long updateSequence, long purgeSequence)
    {
        if (!_free.TryPop(out var documents))
        {
            documents = new MappedDocuments();
            _made.Add(documents);
        }

        (documents.UpdateSequence, documents.PurgeSequence) = (updateSequence, purgeSequence);
        return documents;
    }

    private void Add(MappedDocuments step, string id)
    {
        var record = database.Find(id);
        var utf8 = Encoding.UTF8.GetBytes(id);
        if (record is null || record.Deleted || IsSkipped(utf8))
        {
            step.Add(utf8);
        }
        else
        {
            Add(step, utf8, record.Winner.Revision, [.. record.Tree.Leaves], record.Sequence);
        }
    }

    private async Task ApplyChangesAsync()
    {
        using var changes = database.ReadChanges(writer.State.UpdateSequence);
        var step = Begin(writer.State.UpdateSequence, writer.State.PurgeSequence);
        while (changes.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            Add(step, changes);
            step.UpdateSequence = changes.Sequence;
            if (step.Count >= options.BatchDocuments || step.TextBytes >= options.BatchBytes)
            {
                changes.Pause();
                await MapAsync(step);
                step = Begin(step.UpdateSequence, step.PurgeSequence);
            }
        }

        changes.Pause();
        if (step.UpdateSequence > writer.State.UpdateSequence)
        {
            await MapAsync(step);
        }

        await WriteAsync(all: true);
    }

    private bool IsSkipped(ReadOnlySpan<byte> id) => !definition.IncludeDesign && id.StartsWith("_design/"u8);

    private void Add(MappedDocuments step, ChangesCursor change)
    {
        if (!change.Deleted && !IsSkipped(change.Id))
        {
            Add(step, change.Id, change.Leaves[0].Revision, change.Leaves, change.Sequence);
        }
        else if (change.Deleted)
        {
            // With include_design off, design documents never had rows; removing none is harmless.
            step.Add(change.Id);
        }
    }

    private void Add(MappedDocuments step, ReadOnlySpan<byte> id, RevisionId winner, ReadOnlySpan<RevisionLeaf> leaves, long sequence)
    {
        step.Add(id);

        // A body that is missing was replaced while the build was reading; the current winner is mapped instead.
        while (true)
        {
            using var stored = _bodies.Read(id, winner);
            if (stored is not null)
            {
                DocumentWriter.WriteMapped(step.BeginText(), id, winner, stored, leaves, definition.LocalSequence ? sequence : null);
                step.EndText();
                return;
            }

            var record = database.Find(Encoding.UTF8.GetString(id));
            if (record is null || record.Deleted || record.Winner.Revision == winner)
            {
                return;
            }

            winner = record.Winner.Revision;
            leaves = record.Tree.Leaves.ToArray();
            sequence = record.Sequence;
        }
    }

    private async Task MapAsync(MappedDocuments step)
    {
        await GiveWayAsync();
        if (!isWanted())
        {
            throw new OperationCanceledException();
        }

        ThrowIfFull();
        step.AreNew = step.UpdateSequence > writer.State.UpdateSequence && step.UpdateSequence <= _newUpTo;
        step.IsSorted = step.AreNew && !writer.State.HasNodes;
        step.AtOnce = _atOnce;
        _mapped += step.TextBytes;

        // Threads take steps in the order of the queue (PreferFairness). Otherwise a thread would prefer its own latest step and delay
        // the oldest one, which is written next.
        _mapping.Enqueue(Task.Factory.StartNew(
            () => Map(step), _ending.Token, OwnThread | TaskCreationOptions.PreferFairness, options.Scheduler));
        await WriteAsync(all: false);
    }

    /// <summary>Yields the turn where it is over, once no function of this build runs.</summary>
    private async Task GiveWayAsync()
    {
        _bodies.Pause();
        if (turn.IsOver)
        {
            await Task.WhenAll(_mapping).WithoutThrowing();
            await turn.GiveWayAsync(cancellation);
        }
    }

    /// <summary>Maps documents of a step until all are mapped, the rows reach their size limit, or another build's turn comes.</summary>
    private MappedDocuments Map(MappedDocuments step)
    {
        step.BeginPart();
        var texts = new List<ReadOnlyMemory<byte>>(step.Count);
        var numbers = new List<int>(step.Count);
        using var rows = new RowCollector(definition, writer.Prefixes, writer.LongKeys, step, numbers);
        while (step.HasMore && step.RowBytes.Length < options.StepRowBytes && (step.End == step.First || !turn.IsOver))
        {
            texts.Clear();
            numbers.Clear();
            for (; step.HasMore && texts.Count < step.AtOnce; step.End++)
            {
                if (step.Text(step.End) is { IsEmpty: false } text)
                {
                    texts.Add(text);
                    numbers.Add(step.End);
                }
            }

            if (texts.Count == 0)
            {
                continue;
            }

            var done = functions.Map(texts, options.StepRowBytes - step.RowBytes.Length, rows, _ending.Token);
            if (step.Overruns.Count > 0)
            {
                // Where the index is in debt, it is found when the step is written.
                OverrunLimit.After(0, step);
            }

            if (done < texts.Count)
            {
                // These documents emit many rows: the next call gets only as many documents as fitted into this one.
                step.End = numbers[done];
                step.AtOnce = done;
            }
            else
            {
                step.AtOnce = Math.Min(2 * step.AtOnce, options.BatchDocuments);
            }
        }

        rows.Finish();
        if (step.IsSorted)
        {
            step.Sort();
        }

        return step;
    }

    /// <summary>
    /// Ends the build where the disk is full. The steps that were written stay, and the next build continues from them.
    /// </summary>
    private void ThrowIfFull()
    {
        if (options.Refuse(true) is { } refusal)
        {
            throw new DocumentException(refusal);
        }
    }

    private void Write(MappedDocuments step)
    {
        writer.Write(step, cancellation);
        if (step.RowBytes.Length > PooledBytes.MostKept)
        {
            // Its array, and those that it outgrew, are garbage now, of which a step with large rows leaves much.
            options.Released(step.RowBytes.Length);
        }
    }

    /// <summary>Writes the oldest steps until a thread is free for another one, or all of them.</summary>
    private async Task WriteAsync(bool all)
    {
        while (_mapping.Count > (all ? 0 : options.MapThreads))
        {
            var step = await _mapping.Dequeue();
            Write(step);
            while (step.HasMore)
            {
                await GiveWayAsync();
                ThrowIfFull();
                await Task.Factory.StartNew(() => Map(step), _ending.Token, OwnThread, options.Scheduler);
                Write(step);
            }

            if (Progress is { } progress)
            {
                Progress = progress with { Done = progress.Done + step.Count, UpdatedAt = options.Time.GetUtcNow() };
            }

            _atOnce = step.AtOnce;
            step.Clear();
            _free.Push(step);
        }
    }
}
