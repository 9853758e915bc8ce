using System.Globalization;
using System.Runtime.CompilerServices;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A database of this node, called directly.</summary>
/// <param name="catalogue">The node's databases.</param>
/// <param name="name">The database's name.</param>
/// <param name="display">How it is shown to people.</param>
/// <param name="nodeId">The node's <c>uuid</c>.</param>
/// <param name="rights">What the replication may do in it; null for everything.</param>
/// <param name="filter">Asks filter functions of design documents; without it they are refused.</param>
public sealed class LocalPeer(
    DatabaseCatalogue catalogue, string name, string display, string nodeId, LocalRights? rights = null, LocalFilter? filter = null) : Peer
{
    /// <summary>Small content is kept in memory until it is written, but not more than so much at a time.</summary>
    private const long MostInMemory = 1 << 20;

    private readonly LocalRights _rights = rights ?? LocalRights.Node;
    private readonly LocalChanges _changes = new(filter);

    /// <inheritdoc/>
    public override string Name => display;

    /// <inheritdoc/>
    public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => Task.FromResult(new PeerServer(nodeId, null));

    /// <inheritdoc/>
    public override Task<string?> ReadFilterCodeAsync(string filter, CancellationToken cancellation) => Try(database =>
    {
        var design = "_design/" + filter.Split('/', 2)[0];
        using var stored = database.Find(design) is { Deleted: false } record ? database.Read(design, record.Tree.Winner.Revision) : null;
        return (string?)FilterCode.Find(stored?.Body, filter, display);
    });

    /// <inheritdoc/>
    public override Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation) =>
        Try(database => new PeerInfo(LocalChanges.Token(database, database.UpdateSequence), StartTime(database))
        {
            IsEmpty = database.UpdateSequence == 0,
        });

    /// <inheritdoc/>
    public override async Task CreateAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellation)
    {
        if (catalogue.Find(name) is not null)
        {
            return;
        }

        if (!_rights.MayCreate)
        {
            throw new PeerException(
                new DocumentError(401, "unauthorized", $"unauthorized to access or create database {display}"), isTransient: false);
        }

        try
        {
            var values = new Dictionary<string, string>(parameters, StringComparer.Ordinal);
            await catalogue.CreateAsync(name, DatabaseOptions.Read(values.GetValueOrDefault, catalogue.DefaultShards), cancellation);
        }
        catch (DocumentException exists) when (exists.Error.Status == 412)
        {
            // Somebody else was faster.
        }
        catch (DocumentException refused) when (refused.Error.Status is >= 400 and < 500 and not 429
            && refused.Error.Error != "not_implemented")
        {
            // CouchDB goes on, and says that there is no such database.
            throw NoDatabase(refused);
        }
        catch (DocumentException refused)
        {
            throw Failure(refused);
        }
    }

    /// <inheritdoc/>
    public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) => Try(database =>
    {
        using var found = database.FindLocal("_local/" + id);
        return found is null ? null : new LocalDocumentState("0-" + Number(found.Revision), found.Body.ToArray());
    });

    /// <inheritdoc/>
    public override async Task<string> WriteLocalAsync(
        string id, string? revision, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var number = revision is null ? 0 : long.Parse(revision.AsSpan(2), CultureInfo.InvariantCulture);
        try
        {
            return "0-" + Number(await Open().WriteLocalAsync("_local/" + id, number, body, cancellation));
        }
        catch (DocumentException refused)
        {
            throw Failure(refused);
        }
    }

    /// <inheritdoc/>
    public override async Task<string> EnsureFullCommitAsync(CancellationToken cancellation)
    {
        try
        {
            var database = Open();
            await database.EnsureFullCommitAsync(cancellation);
            return StartTime(database);
        }
        catch (DocumentException refused)
        {
            throw Failure(refused);
        }
    }

    /// <inheritdoc/>
    public override async Task<PeerChanges> ReadChangesAsync(
        string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation)
    {
        try
        {
            return await _changes.ReadAsync(Open(), since, limit, wait, selection, cancellation);
        }
        catch (DocumentException refused)
        {
            throw Failure(refused);
        }
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        IReadOnlyList<PeerChange> changes, CancellationToken cancellation) => Try(database =>
        {
            var missing = new List<MissingRevisions>();
            foreach (var change in changes)
            {
                var (unknown, ancestors) = database.FindMissing(change.Id, change.Leaves, cancellation);
                if (unknown.Count > 0)
                {
                    missing.Add(new MissingRevisions(change.Id, unknown, ancestors));
                }
            }

            return (IReadOnlyList<MissingRevisions>)missing;
        });

    /// <inheritdoc/>
    public override async IAsyncEnumerable<FetchedRevision> FetchAsync(
        IReadOnlyList<MissingRevisions> missing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var document in missing)
        {
            if (await Try(database => Find(database, document)) is not { } found)
            {
                continue;
            }

            var known = document.PossibleAncestors.ToHashSet();
            foreach (var revision in found.Revisions)
            {
                cancellation.ThrowIfCancellationRequested();
                if (await Try(database => Fetch(database, found.Record, revision, known)) is { } fetched)
                {
                    yield return fetched;
                }
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<WriteFailure>> WriteAsync(
        IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation)
    {
        var writes = new List<DocumentWrite>(revisions.Count);
        var failures = new List<WriteFailure>();
        try
        {
            var database = Open();
            var known = new KnownAttachments(database);
            var inMemory = 0L;
            foreach (var revision in revisions)
            {
                if ((revision.Fault ?? DocumentId.FaultOf(revision.Id, database.Limits, mayBeLocal: false)) is { } fault)
                {
                    failures.Add(WriteFailure.Unfit(revision, fault));
                    continue;
                }

                try
                {
                    if (_rights.KeepsLimits)
                    {
                        database.Limits.CheckBody(revision.Id, revision.Body.Span);
                    }

                    var attachments = await PeerException.AgainAsync(
                        () => TakeAsync(database, known, revision, MostInMemory - inMemory, cancellation));
                    inMemory += attachments.Sum(static attachment => attachment.Content?.BytesInMemory ?? 0);
                    writes.Add(new DocumentWrite(revision.Id, revision.ToDocument(), attachments));
                }
                catch (DocumentException refused) when (refused.Error.Status < 500)
                {
                    failures.Add(new WriteFailure(revision.Id, revision.Path[0], refused.Error));
                }
                catch (PeerException broken) when (broken.IsOfDocument)
                {
                    failures.Add(WriteFailure.NotSent(revision, broken.Error));
                }
            }

            foreach (var outcome in await database.WriteAsync(writes, WriteMode.Replicated, cancellation, _rights.WriterOf(database)))
            {
                if (outcome.Error is { } error)
                {
                    failures.Add(new WriteFailure(outcome.Id, outcome.Revision, error));
                }
            }

            return failures;
        }
        catch (DocumentException refused)
        {
            throw Failure(refused);
        }
        finally
        {
            foreach (var write in writes)
            {
                write.Dispose();
            }
        }
    }

    /// <summary>The revisions; of one that was edited meanwhile its descendants, as with CouchDB's <c>latest</c>.</summary>
    private static (DocumentRecord Record, IReadOnlyList<RevisionId> Revisions)? Find(Database database, MissingRevisions document)
    {
        if (database.Find(document.Id) is not { } record)
        {
            return null;
        }

        return document.IsExact
            ? (record, document.Revisions)
            : (record, [.. History.LeavesBelow(database, record, document.Revisions).Select(static leaf => leaf.Revision)]);
    }

    /// <returns>Null where it is not stored any more.</returns>
    private static FetchedRevision? Fetch(Database database, DocumentRecord record, RevisionId revision, HashSet<RevisionId> ancestors)
    {
        using var stored = database.Read(record.Id, revision);
        if (stored is null)
        {
            return null;
        }

        var path = database.HistoryOf(record, revision);
        var ids = new RevisionId[path.Count];
        var known = -1L;
        var isAnew = false;
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = path[i].Revision;

            // What was made anew after a deletion has nothing of what was before, though its attachments' positions begin at 1 again.
            isAnew |= i > 0 && (path[i].Flags & RevisionFlags.Deleted) != 0;
            if (known < 0 && !isAnew && ancestors.Contains(ids[i]))
            {
                known = ids[i].Generation;
            }
        }

        var attachments = new FetchedAttachment[stored.Attachments.Count];
        for (var i = 0; i < attachments.Length; i++)
        {
            var attachment = stored.Attachments[i];
            attachments[i] = new FetchedAttachment(
                attachment.Name,
                attachment.ContentType,
                attachment.RevisionPosition,
                attachment.Digest,
                attachment.Length,
                attachment.StoredLength,
                attachment.Encoding,
                cancellation => Task.FromResult(new FetchedContent(
                    attachment.Encoding, database.ReadContentAsync(attachment, 0, attachment.StoredLength, cancellation))));
        }

        var isDeleted = History.IsDeleted(database, record, revision);
        return new FetchedRevision(record.Id, ids, isDeleted, stored.Body.ToArray(), attachments) { KnownGeneration = known };
    }

    /// <summary>Takes attachments in; those that an ancestor here has are not read again.</summary>
    /// <param name="database">Where to.</param>
    /// <param name="known">What is here already.</param>
    /// <param name="revision">Whose attachments they are.</param>
    /// <param name="room">How many bytes of them may stay in memory; what does not fit goes to the store at once.</param>
    /// <param name="cancellation">Gives up.</param>
    private static async Task<IReadOnlyList<AttachmentWrite>> TakeAsync(
        Database database, KnownAttachments known, FetchedRevision revision, long room, CancellationToken cancellation)
    {
        if (revision.Attachments.Count == 0)
        {
            return [];
        }

        var taken = new List<AttachmentWrite>(revision.Attachments.Count);
        try
        {
            foreach (var attachment in revision.Attachments)
            {
                if (attachment.Digest is { } digest && known.Find(revision.Id, digest, attachment.Length) is { } existing)
                {
                    taken.Add(AttachmentWrite.Of(existing with
                    {
                        Name = attachment.Name,
                        ContentType = attachment.ContentType,
                        RevisionPosition = attachment.RevisionPosition,
                    }));
                    continue;
                }

                await using var source = await attachment.OpenAsync(cancellation);
                await using var upload = database.BeginUpload(
                    attachment.ContentType, source.Encoding, attachment.Length >= 0 ? attachment.Length : null);
                await foreach (var bytes in source.Bytes.WithCancellation(cancellation))
                {
                    await upload.WriteAsync(bytes, cancellation);
                }

                upload.StoresAtOnce = upload.Received > room;
                var content = await upload.CompleteAsync(cancellation);
                room -= content.BytesInMemory;
                taken.Add(new AttachmentWrite(attachment.Name, attachment.ContentType, content, attachment.RevisionPosition));
            }

            return taken;
        }
        catch
        {
            foreach (var write in taken)
            {
                write.Content?.Dispose();
            }

            throw;
        }
    }

    private static string StartTime(Database database) => PeerInfo.IdentityOf(database.CreatedAt.ToUnixTimeMilliseconds());

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static PeerException Failure(DocumentException refused) =>
        new(refused.Error, refused.Error.Status is 429 or >= 500, refused);

    private Database Open()
    {
        var database = catalogue.Find(name) ?? throw NoDatabase(null);
        return _rights.Refuse(database) is { } refusal ? throw new PeerException(refusal, isTransient: false) : database;
    }

    private PeerException NoDatabase(Exception? why) =>
        new(new DocumentError(500, "db_not_found", $"could not open {display}"), isTransient: false, why);

    private Task<T> Try<T>(Func<Database, T> read)
    {
        try
        {
            return Task.FromResult(read(Open()));
        }
        catch (DocumentException refused)
        {
            return Task.FromException<T>(Failure(refused));
        }
        catch (PeerException failed)
        {
            return Task.FromException<T>(failed);
        }
    }
}
