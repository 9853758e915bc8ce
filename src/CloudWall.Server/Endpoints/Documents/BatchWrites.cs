using CloudWall.Access;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;
using CloudWall.Node.Logging;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// Documents that are written without their clients waiting for it: <c>batch=ok</c>. A refusal is lost, as the client was told it may be;
/// <c>_ensure_full_commit</c> and an orderly end wait for the rest.
/// </summary>
/// <param name="log">Told what is lost.</param>
internal sealed class BatchWrites(NodeLog log)
{
    /// <summary>Whether the client wants no more than that the document is taken on.</summary>
    public static bool AreWanted(Exchange exchange) => exchange.Query["batch"] == "ok";

    /// <summary>Takes a document on, with the memory that the request has for it.</summary>
    public void Accept(Exchange exchange, DocumentWrite write) => exchange.Database.Accept(
        RunAsync(exchange.RequestId, exchange.Database, exchange.Principal, write, exchange.TakeOverMemory()));

    private async Task RunAsync(string request, Database database, Principal principal, DocumentWrite write, MemoryShare memory)
    {
        try
        {
            await SingleWrite.RunAsync(database, principal, write, WriteMode.Interactive, CancellationToken.None);
        }
        catch (Exception e)
        {
            // Refusals are the client's own affair; what else is lost is not.
            var level = e is DocumentException { Error.Status: < 500 } ? LogLevel.Notice : LogLevel.Error;
            log.Write(level, $"{request} batch=ok: a document was not written: {e.Message}");
        }
        finally
        {
            memory.Dispose();
        }
    }
}
