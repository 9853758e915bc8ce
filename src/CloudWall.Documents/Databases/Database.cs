using System.Runtime.InteropServices;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Documents.Validation;
using CloudWall.Documents.Writing;

namespace CloudWall.Documents.Databases;

/// <summary>
/// One database: documents, local documents, attachments, changes. Safe for use from many threads; reads never wait for the
/// writer. Every task of a write completes when the write is safe on disk, unless said otherwise.
/// Members throw <see cref="DocumentException"/> once the database has been deleted (404 <c>not_found</c>) or the node is stopping (503).
/// </summary>
public sealed class Database
{
    private readonly DatabaseCore _core;
    private readonly DatabaseWriter _writer;
    private readonly Compactor _compactor;
    private readonly ValidatorCache _validators;
    private readonly WriteRules _rules;
    private readonly AcceptedWrites _accepted = new();
    private MeasuredSpace? _space;

    internal Database(DatabaseCore core)
    {
        _core = core;
        _writer = new DatabaseWriter(core);
        _compactor = core.Compactor = new Compactor(core, _writer);
        _validators = new ValidatorCache(this, core);
        _rules = new WriteRules(this, core.Options.Rules);
    }

    /// <summary>The database's name.</summary>
    public string Name => _core.Name;

    /// <summary>What is counted of all databases.</summary>
    internal EngineMetrics Metrics => _core.Context.Metrics;

    /// <summary>What tells this database from another that had the name before: 32 hexadecimal digits.</summary>
    public string Incarnation => _core.Incarnation;

    /// <summary>A number that no other database of the node has or had.</summary>
    public long Number => _core.Number;

    /// <summary>What was decided when it was created.</summary>
    public DatabaseOptions Options => _core.Description;

    /// <summary>When it was created, to the millisecond.</summary>
    public DateTimeOffset CreatedAt => _core.CreatedAt;

    /// <summary>What replicators compare to notice that a database is not the one it was: seconds since 1970, as in CouchDB.</summary>
    public long InstanceStartTime => CreatedAt.ToUnixTimeSeconds();

    /// <summary>Whether it is being compacted now.</summary>
    public bool IsCompacting => _compactor.Progress is not null;

    /// <summary>How far its compaction has come; null while none is running.</summary>
    public CompactionProgress? Compaction => _compactor.Progress;

    /// <summary>Whether it has been deleted, or the node is stopping.</summary>
    public bool IsDeleted => _core.IsClosed;

    /// <summary>Cancelled when the database is deleted or the node stops: long readers end on it.</summary>
    public CancellationToken Closing => _core.Closing;

    /// <summary>The latest update sequence that a reader can see.</summary>
    public long UpdateSequence => Open().State.UpdateSequence;

    /// <summary>How many purge requests there have been.</summary>
    public long PurgeSequence => Open().State.PurgeSequence;

    /// <summary>How many documents there are that are not deleted.</summary>
    public long DocumentCount => Open().State.DocumentCount;

    /// <summary>Counts and sizes.</summary>
    /// <param name="oldest">
    /// How old the sizes on disk may be. To ask the store for them costs as much as to read several documents.
    /// </param>
    public DatabaseInfo ReadInfo(TimeSpan oldest = default)
    {
        var state = Open().State;
        var space = ReadSpace(oldest);
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

    /// <summary>Looks a document up, deleted ones too.</summary>
    /// <returns>Null where there never was one (or it was purged).</returns>
    public DocumentRecord? Find(string id) => Open().Find(id);

    /// <summary>
    /// Brings the older ancestors that <see cref="DocumentRecord.Tree"/> may leave out. Where the document has changed since it was
    /// looked up, those that were stemmed since are missing; where branches were purged, the record becomes what the document is now.
    /// </summary>
    /// <exception cref="DocumentException">404: the document has been purged meanwhile.</exception>
    internal void LoadAncestors(DocumentRecord record) => Open().LoadAncestors(record);

    /// <summary>
    /// A revision and its ancestors, newest first, at most <see cref="RevsLimit"/> of them: what is shown of a document's history from
    /// when the limit is set. Empty where the document does not have the revision.
    /// </summary>
    /// <exception cref="DocumentException">404: the document has been purged meanwhile.</exception>
    public IReadOnlyList<RevisionNode> HistoryOf(DocumentRecord record, RevisionId revision)
    {
        return new RecordHistory(this, record).PathOf(revision, RevsLimit);
    }

    /// <summary>
    /// Which revisions a document does not have, in ascending order, and from which of its leaves they may descend: what a replicator asks.
    /// </summary>
    /// <param name="id">The document's id.</param>
    /// <param name="revisions">The revisions asked for.</param>
    /// <param name="cancellation">Gives up.</param>
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

    /// <summary>A revision's body and attachments.</summary>
    /// <returns>Null where it never was stored, or has been compacted away.</returns>
    public StoredRevision? Read(string id, RevisionId revision)
    {
        var stored = Open().Read(id, revision);
        if (stored is not null)
        {
            Metrics.CountRead(Name);
        }

        return stored;
    }

    /// <summary>Reads the bodies of many revisions, one after the other.</summary>
    public BodyReader ReadBodies() => new(Open());

    /// <summary>Whether a revision's body is stored (<c>revs_info</c>'s <c>available</c>).</summary>
    public bool IsAvailable(string id, RevisionId revision) => Open().HasBody(id, revision);

    /// <summary>Documents by id.</summary>
    /// <param name="range">Which of them.</param>
    /// <param name="includeDeleted">Whether deleted ones are among them.</param>
    public DocumentCursor Scan(KeyRange range, bool includeDeleted = false) => new StoredDocumentCursor(Open(), range, includeDeleted);

    /// <summary>How many documents that are not deleted come before a key in the direction of reading.</summary>
    /// <param name="range">
    /// The range whose <see cref="KeyRange.Start"/> is the key; the other members but the direction are ignored.
    /// </param>
    public long CountBefore(KeyRange range) => range.Start is null
        ? 0
        : RowCounts.Documents(
            Open(),
            range.Descending
                ? new KeyRange(null, range.Start, Descending: true, InclusiveEnd: false)
                : new KeyRange(null, range.Start, InclusiveEnd: false));

    /// <summary>How many documents that are not deleted a range has.</summary>
    public long CountIn(KeyRange range) => RowCounts.Documents(Open(), range);

    /// <summary>
    /// Writes documents in one step. Each succeeds or fails by itself; later ones see what earlier ones did. The node's rules
    /// (<see cref="EngineOptions.Rules"/>) are checked first, then the database's own validation.
    /// The caller still owns the writes and disposes of them when it no longer waits; what they need until they are done is kept.
    /// </summary>
    /// <param name="writes">The documents. Rules may replace what edits contain.</param>
    /// <param name="mode">Edits, or replicated revisions.</param>
    /// <param name="cancellation">Gives up waiting; what has begun is written all the same.</param>
    /// <param name="writer">Who writes, and by which way; null for the node itself.</param>
    /// <returns>One outcome for each, in order.</returns>
    /// <exception cref="DocumentException">429: more writes wait than there is memory for. 507: the disk is full.</exception>
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
        return _rules.Concern(writes, by)
            ? WriteByRulesAsync(writes, mode, by, cancellation)
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

    /// <summary>Takes in an attachment's content.</summary>
    /// <param name="contentType">Its media type, which decides whether it is compressed.</param>
    /// <param name="encoding">Gzip where the bytes come compressed already; they are then stored as they are.</param>
    /// <param name="decodedLength">
    /// For bytes that come compressed: their length before that, as the sender says; null where unknown.
    /// </param>
    public AttachmentUpload BeginUpload(
        string contentType, ContentEncoding encoding = ContentEncoding.Identity, long? decodedLength = null) =>
        Open().Contents.BeginUpload(contentType, encoding, decodedLength);

    /// <summary>Reads an attachment's stored bytes (compressed ones as they are), a chunk at a time in bounded memory.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="cancellation">Stops reading.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(
        AttachmentInfo attachment, long offset, long length, CancellationToken cancellation) =>
        Open().Contents.ReadAsync(attachment, offset, length, cancellation);

    /// <summary>
    /// Whether an attachment's content can be unpacked. What arrives is looked at on arrival; a store may have older content, or damaged.
    /// </summary>
    public ValueTask<bool> IsSoundAsync(AttachmentInfo attachment, CancellationToken cancellation) =>
        Open().Contents.IsSoundAsync(attachment, cancellation);

    /// <summary>Reads content that waits for its document, as it is stored.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(StoredContent content, CancellationToken cancellation) =>
        Open().Contents.ReadAsync(content, cancellation);

    /// <summary>Whether content of a media type is compressed that comes as it is.</summary>
    public bool Compresses(string contentType) => Open().Contents.Compresses(contentType);

    /// <summary>Room in the store for what a request cannot hold in memory.</summary>
    /// <exception cref="DocumentException">507: the disk is too full.</exception>
    public Spool BeginSpool() =>
        _core.Options.Room?.Refuse(WriteNeed.Space) is { } refusal ? throw new DocumentException(refusal) : new Spool(Open());

    /// <summary>Documents by their latest changes, after a sequence (ascending) or up to it from the newest (descending).</summary>
    /// <param name="since">Ascending: rows after this sequence. Descending: rows after it too, newest first.</param>
    /// <param name="descending">Newest first.</param>
    public ChangesCursor ReadChanges(long since, bool descending = false) => new StoredChangesCursor(Open(), since, descending);

    /// <summary>How many documents changed after a sequence: CouchDB's <c>pending</c>.</summary>
    public long CountChangesAfter(long sequence) => RowCounts.ChangesAfter(Open(), sequence);

    /// <summary>Completes when <see cref="UpdateSequence"/> is above a sequence (at once where it is).</summary>
    public async Task WaitForChangeAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            var next = _core.Changed.Next();
            if (Open().State.UpdateSequence > after)
            {
                return;
            }

            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Looks a local document up, which is to be disposed of. Its id begins with <c>_local/</c>.</summary>
    public LocalDocument? FindLocal(string id)
    {
        var found = Open().FindLocal(id);
        if (found is not null)
        {
            Metrics.CountRead(Name);
        }

        return found;
    }

    /// <summary>Local documents by id, each to be disposed of, in the range (ids with their <c>_local/</c>).</summary>
    public IEnumerable<LocalDocument> ScanLocal(KeyRange range) => LocalDocuments.Scan(Open(), range);

    /// <summary>How many local documents there are.</summary>
    public long LocalCount => Open().State.LocalCount;

    /// <summary>Writes a local document as CouchDB does: no revision is compared; the new one is the given one plus 1.</summary>
    /// <param name="id">Its id, with the <c>_local/</c>.</param>
    /// <param name="revision">The N of the <c>0-N</c> that the client named; 0 for none.</param>
    /// <param name="body">The body in normal form; null to delete.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The new revision's N (0 after a deletion).</returns>
    /// <exception cref="DocumentException">507: the disk is too full.</exception>
    public Task<long> WriteLocalAsync(string id, long revision, ReadOnlyMemory<byte>? body, CancellationToken cancellation)
    {
        if (_core.Options.Room?.RefuseEdits() is { } refusal)
        {
            throw new DocumentException(refusal);
        }

        Metrics.CountChange(Name);
        return RunAsync(new LocalCommand(id, revision, body), cancellation);
    }

    /// <summary>Forgets leaf revisions as if they had never been. Without a request the update sequence stays.</summary>
    /// <returns>For each request, the revisions that were removed.</returns>
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

    /// <summary>The purge history, oldest first, as far as it is kept.</summary>
    public IReadOnlyList<PurgeInfo> ReadPurgeInfos() => PurgeHistory.Read(Open());

    /// <summary>The security object in normal form; null where none was ever set.</summary>
    public ReadOnlyMemory<byte>? Security => Open().Security;

    /// <summary>Replaces the security object; raises the update sequence by one as CouchDB does.</summary>
    public Task SetSecurityAsync(ReadOnlyMemory<byte> normalJson, CancellationToken cancellation) => RunAsync(
        new SettingsCommand(session =>
        {
            session.PutSecurity(normalJson);
            session.State.UpdateSequence++;
        }),
        cancellation);

    /// <summary>What documents may measure.</summary>
    public DocumentLimits Limits => _core.Options.Limits;

    /// <summary>How many revisions of a document's history are kept (1000).</summary>
    public long RevsLimit => Open().State.RevsLimit;

    /// <summary>Sets <see cref="RevsLimit"/>, 1 or more; raises the update sequence by one as CouchDB does.</summary>
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

    /// <summary>How many purge requests are remembered (1000).</summary>
    public long PurgedInfosLimit => Open().State.PurgedInfosLimit;

    /// <summary>Sets <see cref="PurgedInfosLimit"/>, 1 or more; raises the update sequence by one as CouchDB does.</summary>
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
    /// Starts compaction, unless it is running: bodies of old revisions, attachments that only they have, and history beyond
    /// <see cref="RevsLimit"/> go, and their space is returned to the disk.
    /// </summary>
    /// <returns>A task that ends with the compaction.</returns>
    public Task CompactAsync(CancellationToken cancellation) => _compactor.StartAsync().WaitAsync(cancellation);

    /// <summary>
    /// Takes note of a write that somebody was told is accepted before it is done (<c>batch=ok</c>), validation and all:
    /// <see cref="EnsureFullCommitAsync"/> and an orderly end wait for it.
    /// </summary>
    public void Accept(Task write) => _accepted.Add(write);

    /// <summary>Makes all writes so far safe, those that were accepted early (<see cref="Accept"/>) too.</summary>
    public async Task EnsureFullCommitAsync(CancellationToken cancellation)
    {
        await _accepted.WhenDoneAsync().WaitAsync(cancellation);
        await RunAsync(new SettingsCommand(_ => { }), cancellation);
    }

    /// <summary>What compacts it.</summary>
    internal Compactor Compactor => _compactor;

    /// <summary>How many nodes of revision trees, and leaves, writes have looked at.</summary>
    internal long WriteSteps => _core.WriteSteps;

    private SpaceUse ReadSpace(TimeSpan oldest)
    {
        if (oldest > TimeSpan.Zero && _space is { } known && _core.Time.GetElapsedTime(known.At) <= oldest)
        {
            return known.Space;
        }

        var space = SpaceUse.Measure(_core);
        if (oldest > TimeSpan.Zero)
        {
            _space = new MeasuredSpace(space, _core.Time.GetTimestamp());
        }

        return space;
    }

    /// <summary>Finishes what was accepted, before anything ends that it may need.</summary>
    internal Task FinishAsync() => _accepted.WhenDoneAsync();

    /// <summary>Ends readers, finishes what is on its way to the disk, takes no more.</summary>
    internal Task CloseAsync(DocumentError reason)
    {
        _core.Close(reason);
        return _writer.CloseAsync(new DocumentException(reason));
    }

    /// <summary>The first write since the node started or a design document changed.</summary>
    private async Task<IReadOnlyList<WriteOutcome>> WriteFirstAsync(
        IReadOnlyList<DocumentWrite> writes, WriteMode mode, CancellationToken cancellation)
    {
        var version = _core.DesignVersion;
        var outcomes = await RunAsync(new DocumentsCommand(writes, mode, isChecked: true), cancellation);
        foreach (var outcome in outcomes)
        {
            if (outcome.IsSuccess && !outcome.Id.StartsWith("_design/", StringComparison.Ordinal))
            {
                _validators.LookedAt(version);
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
        return command.Task.WaitAsync(cancellation);
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
        return await command.Task.WaitAsync(cancellation);
    }

    private DatabaseCore Open()
    {
        _core.ThrowIfClosed();
        return _core;
    }

    private sealed record MeasuredSpace(SpaceUse Space, long At);
}
