using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Node.Identifiers;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Storage;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// Writes the documents of a bulk, so many in one step as memory is kept for. A failure of the first step fails the request. Later the
/// answer must say what has been written: those that are not are told the failure, each in its row.
/// </summary>
/// <param name="exchange">The request.</param>
/// <param name="mode">Edits, or replicated revisions.</param>
/// <param name="rows">Takes what becomes of them.</param>
/// <param name="uuids">Makes ids for documents that come without one.</param>
/// <param name="failures">Says what clients are told of failures.</param>
internal sealed class BulkWrite(Exchange exchange, WriteMode mode, BulkRows rows, UuidGenerator uuids, Failures failures)
{
    /// <summary>What a document takes besides while it is written: lists, its history, its outcome.</summary>
    private const int Step = 512;

    private readonly List<Entry> _step = [];
    private long _weight;
    private bool _hasWritten;

    /// <summary>Writes them all.</summary>
    public async Task RunAsync(HeldDocuments documents)
    {
        try
        {
            await RunStepsAsync(documents);
        }
        catch (Exception failure) when (_hasWritten && ErrorOf(failure) is { } error)
        {
            foreach (var entry in _step)
            {
                Tell(new WriteOutcome(entry.Id, default, error), entry.Document.Revision);
            }

            await foreach (var (id, revision) in documents.ReadRestAsync(exchange.Aborted))
            {
                Tell(new WriteOutcome(id ?? uuids.Next(), default, error), revision);
            }
        }
        finally
        {
            Drop();
        }
    }

    private async Task RunStepsAsync(HeldDocuments documents)
    {
        await foreach (var (document, contents, weight) in documents.ReadAsync(exchange.Aborted))
        {
            _weight += weight;
            await AddAsync(document, contents);
            if (_weight >= documents.Most)
            {
                await WriteAsync();
            }
        }

        await WriteAsync();
    }

    private async ValueTask AddAsync(ParsedDocument document, ReceivedContents? contents)
    {
        var entry = new Entry(document.Id ?? uuids.Next(), document, null);
        _step.Add(entry);
        if (!LocalDocumentResource.IsLocal(entry.Id))
        {
            var attachments = await AttachmentIntake.TakeAsync(exchange, document.Attachments, null, contents);
            _step[^1] = entry with { Write = new DocumentWrite(entry.Id, document, attachments) };
        }
    }

    private async Task WriteAsync()
    {
        if (_step.Count == 0)
        {
            return;
        }

        var overhead = (long)Step * _step.Count;
        await exchange.ReserveAsync(overhead);
        var writes = new List<DocumentWrite>(_step.Count);
        foreach (var entry in _step)
        {
            if (entry.Write is not null)
            {
                writes.Add(entry.Write);
            }
        }

        IReadOnlyList<WriteOutcome> written = [];
        if (writes.Count > 0)
        {
            var writer = exchange.Principal.Context.Writer(exchange.Database.Name, WriteWays.Client);
            written = await exchange.Database.WriteAsync(writes, mode, exchange.Aborted, writer);
            _hasWritten = true;
        }

        var next = 0;
        foreach (var entry in _step)
        {
            Tell(entry.Write is null ? await WriteLocalAsync(entry) : written[next++], entry.Document.Revision);
        }

        exchange.Memory.Free(_weight + overhead);
        _weight = 0;
        Drop();
    }

    private async Task<WriteOutcome> WriteLocalAsync(Entry entry)
    {
        try
        {
            var revision = await LocalDocumentResource.Write(exchange, entry.Id, entry.Document, entry.Document.Revision);
            _hasWritten = true;
            return new WriteOutcome(entry.Id, revision, null);
        }
        catch (DocumentException refused)
        {
            return new WriteOutcome(entry.Id, default, refused.Error);
        }
        catch (StorageException failure) when (_hasWritten)
        {
            return new WriteOutcome(entry.Id, default, ErrorOf(failure));
        }
    }

    /// <summary>What the rows say of a failure; null where it fails the request: the client has gone, or it is a defect.</summary>
    private DocumentError? ErrorOf(Exception failure) => exchange.Aborted.IsCancellationRequested ? null : failures.Explain(exchange, failure);

    private void Tell(WriteOutcome outcome, RevisionId? sent)
    {
        if (outcome.Error is { } error)
        {
            rows.Refused(outcome.Id, mode == WriteMode.Interactive ? null : sent ?? default(RevisionId), error);
        }
        else if (mode == WriteMode.Interactive)
        {
            rows.Written(outcome.Id, outcome.Revision);
        }
    }

    private void Drop()
    {
        foreach (var entry in _step)
        {
            entry.Write?.Dispose();
        }

        _step.Clear();
    }

    private readonly record struct Entry(string Id, ParsedDocument Document, DocumentWrite? Write);
}
