using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Node.Identifiers;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// <c>POST /{db}/_bulk_docs</c> (CouchDB's documentation: "Bulk API"): many documents in one request, edits or replicated
/// revisions. All are read and checked before the first is written. A long bulk is written in several steps.
/// </summary>
internal sealed class BulkDocuments(RequestMetrics metrics, UuidGenerator uuids, Failures failures)
{
    private static readonly DocumentError NotImplemented = new(501, "not_implemented", "all_or_nothing is not supported");

    /// <summary>Writes the documents.</summary>
    public async Task Post(Exchange exchange)
    {
        metrics.CountBulk();
        exchange.RequireJson();
        await using var reader = new BulkReader(exchange.Database, exchange.Memory, exchange.Aborted);
        await exchange.ReadBodyAsync(reader);
        var request = await reader.CompleteAsync();
        metrics.BulkDocuments.Add(request.Documents.Count);
        if (request.NewEdits is not { } newEdits)
        {
            throw HttpErrors.BadRequest("`new_edits` parameter must be a boolean.");
        }

        if (newEdits && request.AllOrNothing && request.Documents.Count > 0)
        {
            await RefuseAllOrNothing(exchange, request.Documents);
            return;
        }

        using var rows = new BulkRows(request.Documents.Count);
        var write = new BulkWrite(exchange, newEdits ? WriteMode.Interactive : WriteMode.Replicated, rows, uuids, failures);
        await write.RunAsync(request.Documents);
        await exchange.WriteJsonAsync(201, rows.Complete());
    }

    private async Task RefuseAllOrNothing(Exchange exchange, HeldDocuments documents)
    {
        using var rows = new BulkRows(documents.Count);
        await foreach (var (document, _, weight) in documents.ReadAsync(exchange.Aborted))
        {
            rows.Refused(document.Id ?? uuids.Next(), document.Revision ?? default, NotImplemented);
            exchange.Memory.Free(weight);
        }

        await exchange.WriteJsonAsync(417, rows.Complete());
    }
}
