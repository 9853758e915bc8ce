using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>Writes the documents of a bulk, so many in one step as memory is kept for.</summary>
/// <param name="exchange">The request.</param>
/// <param name="mode">Edits, or replicated revisions.</param>
/// <param name="rows">Takes what becomes of them.</param>
internal sealed class BulkWrite(Exchange exchange, WriteMode mode, BulkRows rows)
{
    /// <summary>What a document takes besides while it is written: lists, its history, its outcome.</summary>
    private const int Step = 512;

    private readonly List<Entry> _step = [];
    private long _weight;

    /// <summary>Writes them all.</summary>
    public async Task RunAsync(HeldDocuments documents)
    {
        try
        {
            await foreach (var (document, contents, weight) in documents.ReadAsync(exchange.Aborted))
            {
                await AddAsync(document, contents);
                _weight += weight;
                if (_weight >= documents.Most)
                {
                    await WriteAsync();
                }
            }

            await WriteAsync();
        }
        finally
        {
            Drop();
        }
    }

    private async ValueTask AddAsync(ParsedDocument document, ReceivedContents? contents)
    {
        var id = document.Id ?? exchange.Node.Uuids.Next();
        var write = LocalDocumentResource.IsLocal(id)
            ? null
            : new DocumentWrite(id, document, await AttachmentIntake.TakeAsync(exchange, document.Attachments, null, contents));
        _step.Add(new Entry(id, document, write));
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
            var writer = UserContext.Writer(exchange.Database.Name, exchange.Principal);
            written = await exchange.Database.WriteAsync(writes, mode, exchange.Aborted, writer);
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
            var revision = await LocalDocumentResource.Write(exchange.Database, entry.Id, entry.Document, entry.Document.Revision);
            return new WriteOutcome(entry.Id, revision, null);
        }
        catch (DocumentException refused)
        {
            return new WriteOutcome(entry.Id, default, refused.Error);
        }
    }

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
