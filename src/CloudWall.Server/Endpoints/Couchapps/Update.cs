using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary><c>/{db}/_design/{ddoc}/_update/{function}[/{docid}]</c>: a function makes a document of a request.</summary>
internal sealed class Update(OpenedDesigns designs, RequestObjects requests)
{
    /// <summary>Any method but those that change nothing.</summary>
    public async Task Run(Exchange exchange)
    {
        if (exchange.Target.Count < 5)
        {
            throw new DocumentException(new DocumentError(404, "update_error", "Invalid path."));
        }

        var name = exchange.Target.Text(4);
        var design = designs.Open(exchange.Database, exchange.Target.Text(2)).Require("updates", name);
        using var document = FunctionDocument.Open(exchange, 5);
        if (exchange.Method is "GET" or "OPTIONS")
        {
            throw new DocumentException(new DocumentError(405, "method_not_allowed", "Update functions do not allow " + exchange.Method));
        }

        using var body = await FunctionBody.ReadAsync(exchange);
        var request = requests.Of(exchange, document.Id, body?.Memory, design.Functions.RequestFor("updates", name));
        var result = await design.CallAsync(functions => functions.Update(name, document.Json, request, exchange.Aborted), exchange.Aborted);

        // Before the document is stored: a client that is told to come again must find nothing done.
        exchange.AnswerShare.CoverOrRefuse(result.Response.Length, hasBegun: false);
        if (!NormalJson.FromStored(result.Document).IsObject)
        {
            await FunctionResponse.SendAsync(exchange, result.Response, 200);
            return;
        }

        var (id, revision) = await StoreAsync(exchange, result.Document);
        await FunctionResponse.SendAsync(
            exchange, result.Response, 201, ("X-Couch-Update-NewRev", revision), ("X-Couch-Id", PercentEncoding.Encode(id)));
    }

    private static async Task<(string Id, string Revision)> StoreAsync(Exchange exchange, ReadOnlyMemory<byte> json)
    {
        var limits = exchange.Database.Limits;
        var parsed = DocumentParser.Parse(json.Span, limits);
        if (parsed.Id is not { Length: > 0 } id)
        {
            throw new DocumentException(new DocumentError(400, "illegal_docid", "Document id must not be empty"));
        }

        DocumentParser.ValidateId(id, limits);
        if (LocalDocumentResource.IsLocal(id))
        {
            var local = await LocalDocumentResource.Write(exchange, id, parsed, parsed.Revision);
            return (id, local.ToString());
        }

        var attachments = await AttachmentIntake.TakeAsync(exchange, parsed.Attachments, null, null);
        var revision = await SingleWrite.RunAsync(exchange, new DocumentWrite(id, parsed, attachments));
        return (id, revision.ToString());
    }
}
