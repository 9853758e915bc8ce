using System.Text;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary><c>/{db}/_design/{ddoc}/_show/{function}[/{docid}]</c>: what a function makes of a document.</summary>
internal sealed class Show(OpenedDesigns designs, RequestObjects requests)
{
    /// <summary>Any method.</summary>
    public async Task Run(Exchange exchange)
    {
        if (exchange.Target.Count < 5)
        {
            throw new DocumentException(new DocumentError(404, "show_error", "Invalid path."));
        }

        var name = exchange.Target.Text(4);
        var design = designs.Open(exchange.Database, exchange.Target.Text(2)).Require("shows", name);
        using var shown = FunctionDocument.Open(exchange, 5);
        var etag = Exchange.MakeETag(Encoding.UTF8.GetBytes(
            $"{design.ETag}\n{shown.Revision}\n{exchange.RequestHeaders.Accept}\n{exchange.Principal.Name}\n{string.Join(',', exchange.Principal.Context.Roles)}"));
        if (exchange.IsFresh(etag))
        {
            await exchange.WriteNotModifiedAsync(etag);
            return;
        }

        using var body = await FunctionBody.ReadAsync(exchange);
        var request = requests.Of(
            exchange, shown.Id, body?.Memory, design.Functions.RequestFor("shows", name, hasDocument: !shown.Json.IsEmpty));
        var response = await design.CallAsync(functions => functions.Show(name, shown.Json, request, exchange.Aborted), exchange.Aborted);
        shown.Dispose();
        exchange.AnswerShare.CoverOrRefuse(response.Length, hasBegun: false);
        await FunctionResponse.SendAsync(exchange, response, 200, ("ETag", etag), ("Vary", "Accept"));
    }
}
