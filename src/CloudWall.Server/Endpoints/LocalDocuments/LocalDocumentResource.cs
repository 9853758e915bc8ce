using System.Globalization;
using CloudWall.Access.Databases;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.LocalDocuments;

/// <summary>
/// <c>/{db}/_local/{id}</c> (CouchDB's documentation: "Local (non-replicating) Documents"). They have no history and no
/// attachments, and no revision is ever in conflict: the new one is the one that was named plus one.
/// </summary>
internal static class LocalDocumentResource
{
    private const string Prefix = "_local/";

    /// <summary>Whether an id is that of a local document.</summary>
    public static bool IsLocal(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary><c>/{db}/_local</c>: names no document.</summary>
    public static Task RefuseWithoutName(Exchange exchange) => throw HttpErrors.BadRequest("Invalid _local document id.");

    /// <summary><c>/{db}/_local/{id}/{name}</c>: local documents have no attachments.</summary>
    public static Task RefuseAttachment(Exchange exchange) => throw HttpErrors.BadRequest("_local documents do not accept attachments.");

    /// <summary>Shows a local document.</summary>
    public static async Task Show(Exchange exchange, string id, DocumentQuery query)
    {
        if (query.OpenRevisions is { Count: > 0 } || (query.Revision is not null && !query.Latest) || query.OpenAll)
        {
            // CouchDB looks revisions up among the documents, where a local one is not.
            if (query.OpenRevisions is null)
            {
                throw new DocumentException(DocumentError.Missing);
            }

            await OpenRevisions.Show(exchange, id, query);
            return;
        }

        using var json = new JsonBuffer();
        using (var document = await OpenAsync(exchange, id))
        {
            if (TryWrite(exchange, document, query, json) is { } fresh)
            {
                await exchange.WriteNotModifiedAsync(fresh);
                return;
            }
        }

        await exchange.WriteLargeJsonAsync(200, json.WrittenMemory);
    }

    /// <summary>Reads a document when there is room for it in the answer.</summary>
    private static ValueTask<LocalDocument> OpenAsync(Exchange exchange, string id)
    {
        var document = Open(exchange, id);
        var room = exchange.ReserveForAnswerAsync(document.Body.Length);
        return room.IsCompletedSuccessfully ? new ValueTask<LocalDocument>(document) : WaitAsync();

        async ValueTask<LocalDocument> WaitAsync()
        {
            document.Dispose();
            await room;
            return Open(exchange, id);
        }
    }

    private static LocalDocument Open(Exchange exchange, string id) =>
        exchange.Database.FindLocal(id) ?? throw new DocumentException(DocumentError.Missing);

    /// <summary>Writes a local document for a client, and its entity tag.</summary>
    /// <returns>The tag if the client has it.</returns>
    private static string? TryWrite(Exchange exchange, LocalDocument document, DocumentQuery query, JsonBuffer json)
    {
        var etag = ETagOf(document.Revision, document.Body.Span);
        if (exchange.IsFresh(etag))
        {
            return etag;
        }

        exchange.Headers.ETag = etag;
        Write(json, document, withRevisions: query.Options.Any(DocumentMembers.Revisions));
        return null;
    }

    /// <summary>Writes a local document, or deletes it where that is what it says.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="document">What the client sent.</param>
    /// <param name="revision">The revision that it named.</param>
    /// <param name="replicated">Whether the revision is answered as it was sent.</param>
    /// <param name="location">Where the document is.</param>
    public static async Task Put(
        Exchange exchange, string id, ParsedDocument document, RevisionId? revision, bool replicated, string location)
    {
        var written = await Write(exchange, id, document, revision);
        if (BatchWrites.AreWanted(exchange))
        {
            await DocumentAnswer.Accepted(exchange, id);
            return;
        }

        exchange.Headers.ETag = ETagOf(Number(written), document.Body.Span);
        var answered = replicated && revision is { } sent ? sent : written;
        await DocumentAnswer.Written(exchange, document.Deleted ? 200 : 201, id, answered, location, etag: false);
    }

    /// <summary><c>POST /{db}</c> with a local document.</summary>
    public static async Task Post(Exchange exchange, string id, ParsedDocument document, RevisionId? revision, string location)
    {
        var written = await Write(exchange, id, document, revision);
        if (BatchWrites.AreWanted(exchange))
        {
            await DocumentAnswer.Accepted(exchange, id);
            return;
        }

        await DocumentAnswer.Written(exchange, 201, id, written, location, etag: false);
    }

    /// <summary>Deletes a local document.</summary>
    public static async Task Delete(Exchange exchange, string id)
    {
        Open(exchange, id).Dispose();

        var deletion = SingleWrite.Deletion();
        var written = await Write(exchange, id, deletion, RequestedRevision.Resolve(exchange, null));
        exchange.Headers.ETag = ETagOf(0, deletion.Body.Span);
        await DocumentAnswer.Written(exchange, 200, id, written, location: null, etag: false);
    }

    /// <summary>Writes or deletes a local document.</summary>
    /// <returns>The new revision.</returns>
    /// <exception cref="DocumentException">400: the revision is not one of a local document; a deletion may name any. 404: the user may not
    /// write local documents here.</exception>
    public static async Task<RevisionId> Write(Exchange exchange, string id, ParsedDocument document, RevisionId? revision)
    {
        var database = exchange.Database;
        if (LocalAccess.Refuse(database, exchange.Principal.Context) is { } refusal)
        {
            throw new DocumentException(refusal);
        }

        var number = revision is { } named && !document.Deleted ? Number(named) : 0;
        ReadOnlyMemory<byte>? body = document.Deleted ? default(ReadOnlyMemory<byte>?) : document.Body;
        var written = await database.WriteLocalAsync(id, number, body, CancellationToken.None);
        return Revision(written);
    }

    /// <summary>Writes a local document as JSON.</summary>
    public static void Write(JsonBuffer json, LocalDocument document, bool withRevisions = false)
    {
        json.Raw("{\"_id\":"u8).Text(document.Id);
        var revision = Revision(document.Revision);
        MemberWriter.WriteBody(json, revision, deleted: false, document.Body.Span);
        if (withRevisions)
        {
            MemberWriter.WriteRevisions(json, [new RevisionNode(revision, RevisionFlags.Stored)]);
        }

        json.Raw("}"u8);
    }

    /// <summary>The revision <c>0-N</c>.</summary>
    private static RevisionId Revision(long number)
    {
        Span<byte> text = stackalloc byte[20];
        number.TryFormat(text, out var written, default, CultureInfo.InvariantCulture);
        return RevisionId.FromHashBytes(0, text[..written]);
    }

    /// <summary>The N of a revision <c>0-N</c>.</summary>
    private static long Number(RevisionId revision)
    {
        Span<byte> text = stackalloc byte[20];
        if (revision.Generation == 0 && revision.HashLength <= text.Length)
        {
            revision.CopyHashTo(text);
            if (long.TryParse(text[..revision.HashLength], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number < long.MaxValue)
            {
                return number;
            }
        }

        throw new DocumentException(DocumentError.InvalidRevision);
    }

    private static string ETagOf(long revision, ReadOnlySpan<byte> body)
    {
        using var number = new JsonBuffer(24);
        return Exchange.MakeETag(number.Number(revision).WrittenSpan, body);
    }
}
