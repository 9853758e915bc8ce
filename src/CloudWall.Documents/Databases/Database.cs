using System.Runtime.InteropServices;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Documents.Validation;
using CloudWall.Documents.Waiting;
using CloudWall.Documents.Writing;

namespace CloudWall.Documents.Databases;

/// <summary>
/// One database: documents, local documents, attachments and changes. Thread-safe; reads never wait for the writer. The task of a write
/// completes when the write is durable, unless stated otherwise. Members throw <see cref="DocumentException"/> after the database was
/// deleted (404 <c>not_found</c>) or while the node is stopping (503).
/// </summary>
public sealed class Database
{
    private readonly DatabaseCore _core;
    private readonly DatabaseWriter _writer;
    private readonly Compactor _compactor;
    private readonly ValidatorCache _validators;
    private readonly WriteRules _rules;
    private readonly AcceptedWrites _accepted = new();
    private readonly SpaceMeter _space;

    internal Database(DatabaseCore core)
    {
        _core = core;
        _writer = new DatabaseWriter(core);
        _compactor = core.Compactor = new Compactor(core, _writer);
        _validators = new ValidatorCache(this, core);
        _rules = new WriteRules(this, core.Options.Rules);
        _space = new SpaceMeter(core);
    }

    /// <summary>The database's name.</summary>
    public string Name => _core.Name;

    /// <summary>Counters shared by all databases.</summary>
    internal EngineMetrics Metrics => _core.Context.Metrics;

    /// <summary>Distinguishes this database from earlier ones of the same name: 32 hexadecimal digits.</summary>
    public string Incarnation => _core.Incarnation;

    /// <summary>A number that no other database of the node has or had.</summary>
    public long Number => _core.Number;

    /// <summary>Options fixed at its creation.</summary>
    public DatabaseOptions Options => _core.Description;

    /// <summary>The time of its creation in milliseconds.</summary>
    public DateTimeOffset CreatedAt => _core.CreatedAt;

    /// <summary>
    /// Replicators compare this value to detect a database that was deleted and created again: seconds since 1970, as in CouchDB.
    /// </summary>
    public long InstanceStartTime => CreatedAt.ToUnixTimeSeconds();

    /// <summary>Whether a compaction is running.</summary>
    public bool IsCompacting => _compactor.Progress is not null;

    /// <summary>The progress of the running compaction; null if none is running.</summary>
    public CompactionProgress? Compaction => _compactor.Progress;

    /// <summary>Whether the database was deleted or the node is stopping.</summary>
    public bool IsDeleted => _core.IsClosed;

    /// <summary>Cancelled when the database is deleted or the node stops, which ends long reads.</summary>
    public CancellationToken Closing => _core.Closing;

    /// <summary>The latest update sequence visible to readers.</summary>
    public long UpdateSequence => Open().State.UpdateSequence;

    /// <summary>The number of purge requests so far.</summary>
    public long PurgeSequence => Open().State.PurgeSequence;

    /// <summary>The number of documents that are not deleted.</summary>
    public long DocumentCount => Open().State.DocumentCount;

    /// <summary>Reads counts and sizes.</summary>
    /// <param name="oldest">The maximum age of the sizes on disk. Computing them costs as much as reading several documents.</param>
    public DatabaseInfo ReadInfo(TimeSpan oldest = default)
    {
        var state = Open().State;
        var space = _space.Read(oldest);
        return new DatabaseInfo(
            state.DocumentCount,
            state.DeletedCount,
            state.UpdateSequence,
            state.PurgeSequence,
            space.File,
            space.Active,
            state.Sizes.External,
            IsCompacting);
    }

    /// <summary>
    /// Increases with every write of a design document before it is answered: what was read of design documents after the version was is
    /// up to date while the version is the same.
    /// </summary>
    public long DesignVersion => Open().DesignVersion;

    /// <summary>Looks up a document, deleted or not.</summary>
    /// <returns>Null if the document never existed or was purged.</returns>
    public DocumentRecord? Find(string id) => Open().Find(id);

    /// <summary>
    /// Loads the older ancestors that <see cref="DocumentRecord.Tree"/> may leave out. If the document changed since the record was read,
    /// ancestors stemmed since then are missing. If branches were purged, the record is updated to the present state.
    /// </summary>
    /// <exception cref="DocumentException">404: the document was purged meanwhile.</exception>
    internal void LoadAncestors(DocumentRecord record) => Open().LoadAncestors(record);

    /// <summary>
    /// Returns a revision and its ancestors, newest first, limited to <see cref="RevsLimit"/>: a lowered limit takes effect in answers at
    /// once. Empty if the document does not have the revision.
    /// </summary>
    /// <exception cref="DocumentException">404: the document was purged meanwhile.</exception>
    public IReadOnlyList<RevisionNode> HistoryOf(DocumentRecord record, RevisionId revision)
    {
        return new RecordHistory(this, record).PathOf(revision, RevsLimit);
    }

    /// <summary>
    /// Finds the revisions that a document lacks, ascending, and those of its leaves that may be their ancestors. Replicators ask for this.
    /// </summary>
    /// <param name="id">The document's id.</param>
    /// <param name="revisions">The requested revisions.</param>
    /// <param name="cancellation">Cancels the search.</param>
    public (IReadOnlyList<RevisionId> Missing, IReadOnlyList<RevisionId> PossibleAncestors) FindMissing(
        string id, IReadOnlyList<RevisionId> revisions, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Find(id) is not { } record)
        {
            return (revisions, []);
        }

        var asked = revisions switch
        {
            RevisionId[] array => array,
            List<RevisionId> list => CollectionsMarshal.AsSpan(list),
            _ => revisions.ToArray(),
        };
        var tree = new RecordHistory(this, record).With(asked);
        var missing = tree.FindMissing(asked, cancellation);
        return (missing, missing.Count == 0 ? [] : tree.PossibleAncestors(missing));
    }

    /// <summary>Reads a revision's body and attachments.</summary>
    /// <returns>Null if the body was never stored or was compacted away.</returns>
    public StoredRevision? Read(string id, RevisionId revision)
    {
        var stored = Open().Read(id, revision);
        if (stored is not null)
        {
            Metrics.CountRead(Name);
        }

        return stored;
    }

    /// <summary>Creates a reader for the bodies of many revisions.</summary>
    public BodyReader ReadBodies() => new(Open());

    /// <summary>Whether a revision's body is stored (<c>revs_info</c>'s <c>available</c>).</summary>
    public bool IsAvailable(string id, RevisionId revision) => Open().HasBody(id, revision);

    /// <summary>Iterates over documents by id.</summary>
    /// <param name="range">The range of ids.</param>
    /// <param name="includeDeleted">Whether to include deleted documents.</param>
    public DocumentCursor Scan(KeyRange range, bool includeDeleted = false) => new StoredDocumentCursor(Open(), range, includeDeleted);

    /// <summary>Counts the documents that are not deleted and come before a key in the reading direction.</summary>
    /// <param name="range">
    /// The range whose <see cref="KeyRange.Start"/> is the key. Of the other members only the direction matters.
    /// </param>
    public long CountBefore(KeyRange range) => range.Start is null
        ? 0
        : RowCounts.Documents(
            Open(),
            range.Descending
                ? new KeyRange(null, range.Start, Descending: true, InclusiveEnd: false)
                : new KeyRange(null, range.Start, InclusiveEnd: false));

    /// <summary>Counts the documents in a range that are not deleted.</summary>
    public long CountIn(KeyRange range) => RowCounts.Documents(Open(), range);

    /// <summary>
    /// Writes documents in one batch. Each succeeds or fails alone; later ones see the effect of earlier ones. Ids are checked first, then
    /// the node's rules (<see cref="EngineOptions.Rules"/>), then <c>validate_doc_update</c>. The caller owns the writes and may dispose
    /// them as soon as it stops waiting: the writer keeps what it needs.
    /// </summary>
    /// <param name="writes">The documents. Rules may replace the content of edits.</param>
    /// <param name="mode">Whether the documents are edits or replicated revisions.</param>
    /// <param name="cancellation">Stops waiting; a write that was queued is still carried out.</param>
    /// <param name="writer">Who writes, and by which way; null for the node itself.</param>
    /// <returns>One outcome for each document, in order.</returns>
    /// <exception cref="DocumentException">429: the memory for queued writes is exhausted. 507: the disk is full.</exception>
    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(
        IReadOnlyList<DocumentWrite> writes, WriteMode mode, CancellationToken cancellation, Writer? writer = null)
    {
        Open();
        if (mode == WriteMode.Interactive && _core.Options.Room?.RefuseEdits() is { } refusal)
        {
            return Task.FromResult<IReadOnlyList<WriteOutcome>>([.. writes.Select(write => new WriteOutcome(write.Id, default, refusal))]);
        }

        Metrics.CountChange(Name);
        var by = writer ?? Writer.Node;
        return by.Way == WriteWays.Mesh ? RunAsync(new DocumentsCommand(writes, mode, isChecked: false), cancellation)
            : _rules.Concern(writes, by) ? WriteByRulesAsync(writes, mode, by, cancellation)
            : WriteAcceptedAsync(writes, mode, by.Context, cancellation);
    }

    private Task<IReadOnlyList<WriteOutcome>> WriteByRulesAsync(
        IReadOnlyList<DocumentWrite> writes, WriteMode mode, Writer writer, CancellationToken cancellation) => _rules.WriteAsync(
        writes, mode, writer, accepted => WriteAcceptedAsync(accepted, mode, writer.Context, cancellation), cancellation);

    private Task<IReadOnlyList<WriteOutcome>> WriteAcceptedAsync(
        IReadOnlyList<DocumentWrite> writes, WriteMode mode, ReadOnlyMemory<byte> userContext, CancellationToken cancellation)
    {
        return _validators.Current is { } validator ? WriteValidatedAsync(validator, writes, mode, userContext, cancellation)
            : _validators.IsUnknown ? WriteFirstAsync(writes, mode, cancellation)
            : RunAsync(new DocumentsCommand(writes, mode, isChecked: false), cancellation);
    }

    /// <summary>Starts the upload of an attachment's content.</summary>
    /// <param name="contentType">Its media type, which decides about compression.</param>
    /// <param name="encoding">Gzip if the bytes are compressed already; they are then stored unchanged.</param>
    /// <param name="decodedLength">For compressed bytes, the uncompressed length that the sender declared; null if unknown.</param>
    public AttachmentUpload BeginUpload(
        string contentType, ContentEncoding encoding = ContentEncoding.Identity, long? decodedLength = null) =>
        Open().Contents.BeginUpload(contentType, encoding, decodedLength);

    /// <summary>Reads an attachment's stored bytes (without decompression) in chunks, in bounded memory.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="offset">Offset of the first byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <param name="cancellation">Cancels the read.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(
        AttachmentInfo attachment, long offset, long length, CancellationToken cancellation) =>
        Open().Contents.ReadAsync(attachment, offset, length, cancellation);

    /// <summary>
    /// Whether an attachment's compressed content can be decompressed. New content is checked on arrival, but the store may contain older
    /// or damaged content.
    /// </summary>
    public ValueTask<bool> IsSoundAsync(AttachmentInfo attachment, CancellationToken cancellation) =>
        Open().Contents.IsSoundAsync(attachment, cancellation);

    /// <summary>Reads the stored form of uploaded content that no document refers to yet.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(StoredContent content, CancellationToken cancellation) =>
        Open().Contents.ReadAsync(content, cancellation);

    /// <summary>Whether uploads of a media type are compressed.</summary>
    public bool Compresses(string contentType) => Open().Contents.Compresses(contentType);

    /// <summary>Creates temporary space in the store for the part of a request that exceeds memory.</summary>
    /// <exception cref="DocumentException">507: the disk is full.</exception>
    public Spool BeginSpool() =>
        _core.Options.Room?.Refuse(WriteNeed.Space) is { } refusal ? throw new DocumentException(refusal) : new Spool(Open());

    /// <summary>Iterates over documents by their latest changes after a sequence, ascending or descending.</summary>
    /// <param name="since">Only rows after this sequence are returned, in either direction.</param>
    /// <param name="descending">Whether to start with the newest row.</param>
    public ChangesCursor ReadChanges(long since, bool descending = false) => new StoredChangesCursor(Open(), since, descending);

    /// <summary>Counts the documents that changed after a sequence: CouchDB's <c>pending</c>.</summary>
    public long CountChangesAfter(long sequence) => RowCounts.ChangesAfter(Open(), sequence);

    /// <summary>Completes when <see cref="UpdateSequence"/> exceeds a sequence.</summary>
    public async Task WaitForChangeAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            var next = _core.Changed.Next();
            if (Open().State.UpdateSequence > after)
            {
                return;
            }

            await next.OrCancelledAsync(cancellation);
        }
    }

    /// <summary>Looks up a local document, which the caller disposes. Its id begins with <c>_local/</c>.</summary>
    public LocalDocument? FindLocal(string id)
    {
        var found = Open().FindLocal(id);
        if (found is not null)
        {
            Metrics.CountRead(Name);
        }

        return found;
    }

    /// <summary>Iterates over local documents by id (with <c>_local/</c>); the caller disposes each.</summary>
    public IEnumerable<LocalDocument> ScanLocal(KeyRange range) => LocalDocuments.Scan(Open(), range);

    /// <summary>The number of local documents.</summary>
    public long LocalCount => Open().State.LocalCount;

    /// <summary>Writes a local document as CouchDB does, without a conflict check: the new revision is the given one plus 1.</summary>
    /// <param name="id">Its id, with <c>_local/</c>.</param>
    /// <param name="revision">The N of the client's <c>0-N</c>; 0 for none.</param>
    /// <param name="body">The body in normal form; null deletes the document.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The new N; 0 after a deletion.</returns>
    /// <exception cref="DocumentException">507: the disk is full.</exception>
    public Task<long> WriteLocalAsync(string id, long revision, ReadOnlyMemory<byte>? body, CancellationToken cancellation)
    {
        if (_core.Options.Room?.RefuseEdits() is { } refusal)
        {
            throw new DocumentException(refusal);
        }

        Metrics.CountChange(Name);
        return RunAsync(new LocalCommand(id, revision, body), cancellation);
    }

    /// <summary>
    /// Purges leaf revisions: removes them as if they had never existed. An empty list does not change the update sequence.
    /// </summary>
    /// <returns>For each request, the removed revisions.</returns>
    public Task<IReadOnlyList<IReadOnlyList<RevisionId>>> PurgeAsync(IReadOnlyList<PurgeRequest> requests, CancellationToken cancellation)
    {
        if (requests.Count == 0)
        {
            return Task.FromResult<IReadOnlyList<IReadOnlyList<RevisionId>>>([]);
        }

        var uuids = new string[requests.Count];
        for (var i = 0; i < uuids.Length; i++)
        {
            uuids[i] = _core.Options.NewUuid();
        }

        Metrics.CountPurge(Name);
        return RunAsync(new PurgeCommand(requests, uuids), cancellation);
    }

    /// <summary>The retained part of the purge history, oldest first.</summary>
    public IReadOnlyList<PurgeInfo> ReadPurgeInfos() => PurgeHistory.Read(Open());

    /// <summary>The security object in normal form; null if none was ever set.</summary>
    public ReadOnlyMemory<byte>? Security => Open().Security;

    /// <summary>Replaces the security object and increments the update sequence, as CouchDB does.</summary>
    /// <param name="normalJson">The object in normal form.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="onlyIf">Whether it may be replaced, by what it is now; null for always.</param>
    /// <exception cref="DocumentException">409: it may not be replaced.</exception>
    public Task SetSecurityAsync(
        ReadOnlyMemory<byte> normalJson, CancellationToken cancellation, Predicate<ReadOnlyMemory<byte>?>? onlyIf = null) => RunAsync(
        new SettingsCommand(session =>
        {
            if (onlyIf?.Invoke(_core.Security) == false)
            {
                throw new DocumentException(DocumentError.Conflict);
            }

            session.PutSecurity(normalJson);
            session.State.UpdateSequence++;
        }),
        cancellation);

    /// <summary>Limits on the size of documents.</summary>
    public DocumentLimits Limits => Options.Partitioned ? _core.Options.Limits() with { Partitioned = true } : _core.Options.Limits();

    /// <summary>The maximum number of revisions kept in each branch (1000).</summary>
    public long RevsLimit => Open().State.RevsLimit;

    /// <summary>Sets <see cref="RevsLimit"/>, 1 or more, and increments the update sequence, as CouchDB does.</summary>
    public Task SetRevsLimitAsync(long limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return RunAsync(
            new SettingsCommand(session =>
            {
                session.State.RevsLimit = limit;
                session.State.StemmedTo = Math.Max(session.State.StemmedTo, limit);
                session.State.UpdateSequence++;
            }),
            cancellation);
    }

    /// <summary>The maximum number of purge requests kept in the history (1000).</summary>
    public long PurgedInfosLimit => Open().State.PurgedInfosLimit;

    /// <summary>Sets <see cref="PurgedInfosLimit"/>, 1 or more, and increments the update sequence, as CouchDB does.</summary>
    public Task SetPurgedInfosLimitAsync(long limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return RunAsync(
            new SettingsCommand(session =>
            {
                session.State.PurgedInfosLimit = limit;
                session.State.UpdateSequence++;
            }),
            cancellation);
    }

    /// <summary>
    /// Starts a compaction unless one runs. It removes old bodies with their attachments, and ancestors beyond <see cref="RevsLimit"/>.
    /// </summary>
    /// <returns>A task that ends with the compaction.</returns>
    public Task CompactAsync(CancellationToken cancellation) => _compactor.StartAsync().OrCancelledAsync(cancellation);

    /// <summary>
    /// Tracks a write that clients were told is accepted (<c>batch=ok</c>): <see cref="EnsureFullCommitAsync"/> and the end wait for it.
    /// </summary>
    public void Accept(Task write) => _accepted.Add(write);

    /// <summary>Makes all writes so far durable, including those tracked by <see cref="Accept"/>.</summary>
    public async Task EnsureFullCommitAsync(CancellationToken cancellation)
    {
        await _accepted.WhenDoneAsync().OrCancelledAsync(cancellation);
        await RunAsync(new SettingsCommand(_ => { }), cancellation);
    }

    /// <summary>The database's compactor.</summary>
    internal Compactor Compactor => _compactor;

    /// <summary>How many tree nodes and leaves the writer has visited.</summary>
    internal long WriteSteps => _core.WriteSteps;

    /// <summary>Waits for accepted writes while everything they need is still running.</summary>
    internal Task FinishAsync() => _accepted.WhenDoneAsync();

    /// <summary>Ends readers, completes queued writes and refuses new ones.</summary>
    internal Task CloseAsync(DocumentError reason)
    {
        _core.Close(reason);
        return _writer.CloseAsync(new DocumentException(reason));
    }

    /// <summary>Makes the first write since the node started or a design document changed.</summary>
    private async Task<IReadOnlyList<WriteOutcome>> WriteFirstAsync(
        IReadOnlyList<DocumentWrite> writes, WriteMode mode, CancellationToken cancellation)
    {
        var version = _core.DesignVersion;
        var outcomes = await RunAsync(new DocumentsCommand(writes, mode, isChecked: true), cancellation);
        foreach (var outcome in outcomes)
        {
            if (outcome.IsSuccess && !outcome.Id.StartsWith("_design/", StringComparison.Ordinal))
            {
                _validators.MarkInspected(version);
                break;
            }
        }

        return outcomes;
    }

    private async Task<IReadOnlyList<WriteOutcome>> WriteValidatedAsync(
        UpdateValidator validator,
        IReadOnlyList<DocumentWrite> writes,
        WriteMode mode,
        ReadOnlyMemory<byte> userContext,
        CancellationToken cancellation)
    {
        var decisions = await ValidatedWrites.DecideAsync(this, validator, writes, mode, userContext, cancellation);
        var accepted = new List<DocumentWrite>(writes.Count);
        for (var i = 0; i < writes.Count; i++)
        {
            if (decisions[i].IsAccepted)
            {
                accepted.Add(writes[i]);
            }
        }

        var written = accepted.Count == 0
            ? []
            : await RunAsync(new DocumentsCommand(accepted, mode, isChecked: true), cancellation);
        if (accepted.Count == writes.Count)
        {
            return written;
        }

        var outcomes = new WriteOutcome[writes.Count];
        for (int i = 0, next = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = decisions[i].IsAccepted
                ? written[next++]
                : new WriteOutcome(writes[i].Id, mode == WriteMode.Replicated ? writes[i].Parent : default, decisions[i].Error);
        }

        return outcomes;
    }

    private Task<TResult> RunAsync<TResult>(WriteCommand<TResult> command, CancellationToken cancellation)
    {
        if (_core.Options.Room?.Refuse(command.Need) is { } refusal)
        {
            command.Fail(new DocumentException(refusal));
            return command.Task;
        }

        if (!_core.Context.Queue.TryTake(command.Weight))
        {
            return QueueAsync(command, cancellation);
        }

        command.Admitted = _core.Context.Queue;
        _writer.Enqueue(command);
        return command.Task.OrCancelledAsync(cancellation);
    }

    private async Task<TResult> QueueAsync<TResult>(WriteCommand<TResult> command, CancellationToken cancellation)
    {
        try
        {
            await _core.Context.Queue.TakeAsync(command.Weight, already: 0, cancellation);
        }
        catch (Exception refusal) when (refusal is DocumentException or OperationCanceledException)
        {
            command.Fail(refusal);
            return await command.Task;
        }

        command.Admitted = _core.Context.Queue;
        _writer.Enqueue(command);
        return await command.Task.OrCancelledAsync(cancellation);
    }

    private DatabaseCore Open()
    {
        _core.ThrowIfClosed();
        return _core;
    }
}
