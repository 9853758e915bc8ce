using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// What strangers see of a user's document: the members that <c>[chttpd_auth] public_fields</c> names, as in CouchDB. They see no
/// attachments, histories or other revisions, which CouchDB shows.
/// </summary>
internal static class PublicUser
{
    /// <summary>Shows the public members of a user's document. One without any looks missing.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="fields">The names of the members.</param>
    public static Task Show(Exchange exchange, IReadOnlyList<string> fields)
    {
        using var document = DocumentReader.OpenWinner(exchange.Database, exchange.Path.Id);
        using var json = new JsonBuffer();
        json.Raw("{\"_id\":"u8).Text(document.Record.Id).Raw(",\"_rev\":"u8).Text(document.Revision.ToString());
        var isEmpty = true;
        foreach (var (name, value) in NormalJson.FromStored(document.Stored.Body).Members())
        {
            if (fields.Contains(name))
            {
                json.Raw(","u8).Text(name).Raw(":"u8).Raw(value.Utf8.Span);
                isEmpty = false;
            }
        }

        if (isEmpty)
        {
            throw new DocumentException(DocumentError.Missing);
        }

        var etag = EntityTag.Of(document.Revision);
        if (exchange.IsFresh(etag))
        {
            return exchange.WriteNotModifiedAsync(etag);
        }

        exchange.Headers.ETag = etag;
        json.Raw("}"u8);
        return exchange.WriteJsonAsync(200, json);
    }
}
