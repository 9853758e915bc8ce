using CloudWall.Access;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Writes one document for a client.</summary>
internal static class SingleWrite
{
    private static readonly byte[] EmptyBody = "{}"u8.ToArray();
    private static readonly byte[] EmptyTerm = JsonNormalForm.ToTerm(EmptyBody);

    /// <summary>A revision that deletes a document, with nothing in it.</summary>
    public static ParsedDocument Deletion() => new() { Deleted = true, Body = EmptyBody, Term = EmptyTerm };

    /// <summary>A document with nothing in it.</summary>
    public static ParsedDocument Empty() => new() { Body = EmptyBody, Term = EmptyTerm };

    /// <summary>Writes a document, and disposes of what was staged for it.</summary>
    /// <param name="exchange">The request, with the database. Who hangs up is not waited for; what is on its way is written all the same.</param>
    /// <param name="write">The document.</param>
    /// <param name="mode">An edit, or a replicated revision.</param>
    /// <returns>The new revision.</returns>
    /// <exception cref="DocumentException">It was refused.</exception>
    public static Task<RevisionId> RunAsync(Exchange exchange, DocumentWrite write, WriteMode mode = WriteMode.Interactive) =>
        RunAsync(exchange.Database, exchange.Principal, write, mode, exchange.Aborted);

    /// <summary>As <see cref="RunAsync(Exchange, DocumentWrite, WriteMode)"/>, for a request that may have been answered.</summary>
    public static async Task<RevisionId> RunAsync(
        Database database, Principal principal, DocumentWrite write, WriteMode mode, CancellationToken cancellation)
    {
        try
        {
            var writer = principal.Context.Writer(database.Name, WriteWays.Client);
            var outcome = (await database.WriteAsync([write], mode, cancellation, writer))[0];
            return outcome.Error is { } error ? throw new DocumentException(error) : outcome.Revision;
        }
        finally
        {
            write.Dispose();
        }
    }
}
