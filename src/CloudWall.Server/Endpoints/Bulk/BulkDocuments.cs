using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Json;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// <c>POST /{db}/_bulk_docs</c> (CouchDB's documentation: "Bulk API"): many documents in one request, edits or replicated
/// revisions. All are read and checked before the first is written.
/// </summary>
internal static class BulkDocuments
{
    private static readonly DocumentError NotImplemented = new(501, "not_implemented", "all_or_nothing is not supported");

    /// <summary>Writes the documents.</summary>
    public static async Task Post(Exchange exchange)
    {
        exchange.RequireJson();
        BulkRequest request;
        using (var reader = new BulkReader(exchange.Node.Settings.Limits, exchange.Memory, exchange.Aborted))
        {
            await exchange.ReadBodyAsync(reader);
            request = await reader.CompleteAsync();
        }

        var documents = request.Documents;
        if (request.NewEdits is not { } newEdits)
        {
            throw HttpErrors.BadRequest("`new_edits` parameter must be a boolean.");
        }

        if (newEdits && request.AllOrNothing && documents.Count > 0)
        {
            await RefuseAllOrNothing(exchange, documents);
            return;
        }

        var outcomes = await Write(exchange, documents, newEdits ? WriteMode.Interactive : WriteMode.Replicated);
        await Answer(exchange, documents, outcomes, newEdits);
    }

    private static async Task<WriteOutcome[]> Write(Exchange exchange, IReadOnlyList<ParsedDocument> documents, WriteMode mode)
    {
        var outcomes = new WriteOutcome[documents.Count];
        var writes = new List<DocumentWrite>(documents.Count);
        var places = new List<int>(documents.Count);
        try
        {
            for (var i = 0; i < documents.Count; i++)
            {
                var document = documents[i];
                var id = document.Id ?? exchange.Node.Uuids.Next();
                outcomes[i] = new WriteOutcome(id, default, null);
                if (!LocalDocumentResource.IsLocal(id))
                {
                    writes.Add(new DocumentWrite(id, document, await AttachmentIntake.TakeAsync(exchange, document.Attachments, null)));
                    places.Add(i);
                }
            }

            if (writes.Count > 0)
            {
                var writer = UserContext.Writer(exchange.Database.Name, exchange.Principal);
                var written = await exchange.Database.WriteAsync(writes, mode, exchange.Aborted, writer);
                for (var i = 0; i < written.Count; i++)
                {
                    outcomes[places[i]] = written[i];
                }
            }
        }
        finally
        {
            foreach (var write in writes)
            {
                write.Dispose();
            }
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            if (LocalDocumentResource.IsLocal(outcomes[i].Id))
            {
                outcomes[i] = await WriteLocal(exchange.Database, outcomes[i].Id, documents[i]);
            }
        }

        return outcomes;
    }

    private static async Task<WriteOutcome> WriteLocal(Database database, string id, ParsedDocument document)
    {
        try
        {
            return new WriteOutcome(id, await LocalDocumentResource.Write(database, id, document, document.Revision), null);
        }
        catch (DocumentException refused)
        {
            return new WriteOutcome(id, default, refused.Error);
        }
    }

    private static async Task Answer(Exchange exchange, IReadOnlyList<ParsedDocument> documents, WriteOutcome[] outcomes, bool newEdits)
    {
        using var json = new JsonBuffer(64 + (outcomes.Length * 96));
        json.Raw("["u8);
        var first = true;
        for (var i = 0; i < outcomes.Length; i++)
        {
            var outcome = outcomes[i];
            if (outcome.Error is null && !newEdits)
            {
                continue;
            }

            json.Raw(first ? ""u8 : ","u8);
            first = false;
            if (outcome.Error is not { } error)
            {
                DocumentAnswer.WriteRow(json, outcome.Id, outcome.Revision);
            }
            else
            {
                WriteError(json, outcome.Id, newEdits ? null : documents[i].Revision ?? default, error);
            }
        }

        json.Raw("]"u8);
        await exchange.WriteJsonAsync(201, json);
    }

    private static Task RefuseAllOrNothing(Exchange exchange, IReadOnlyList<ParsedDocument> documents)
    {
        using var json = new JsonBuffer();
        json.Raw("["u8);
        for (var i = 0; i < documents.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8);
            WriteError(json, documents[i].Id ?? exchange.Node.Uuids.Next(), documents[i].Revision ?? default, NotImplemented);
        }

        json.Raw("]"u8);
        return exchange.WriteJsonAsync(417, json);
    }

    private static void WriteError(JsonBuffer json, string id, RevisionId? revision, DocumentError error)
    {
        json.Raw("{\"id\":"u8).Text(id);
        if (revision is { } named)
        {
            json.Raw(",\"rev\":"u8);
            if (named.IsNone)
            {
                json.Raw("\"0-\""u8);
            }
            else
            {
                DocumentJson.WriteRevision(json, named);
            }
        }

        json.Raw(","u8).Failure(error).Raw("}"u8);
    }
}
