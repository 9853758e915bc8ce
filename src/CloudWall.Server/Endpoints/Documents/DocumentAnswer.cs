using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>The answers to writes.</summary>
internal static class DocumentAnswer
{
    /// <summary>Answers <c>{"ok":true,"id":…,"rev":…}</c>.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="revision">Its new revision.</param>
    /// <param name="location">Where it is, where that is to be said.</param>
    /// <param name="etag">Whether the revision is sent as entity tag.</param>
    public static Task Written(Exchange exchange, int status, string id, RevisionId revision, string? location, bool etag)
    {
        if (etag)
        {
            exchange.Headers.ETag = EntityTag.Of(revision);
        }

        if (location is not null)
        {
            exchange.Headers.Location = location;
        }

        using var json = new JsonBuffer(256);
        WriteRow(json, id, revision);
        return exchange.WriteJsonAsync(status, json);
    }

    /// <summary>Answers <c>{"ok":true,"id":…}</c>: it will be written, it is not yet.</summary>
    public static Task Accepted(Exchange exchange, string id)
    {
        using var json = new JsonBuffer(256);
        json.Raw("{\"ok\":true,\"id\":"u8).Text(id).Raw("}"u8);
        return exchange.WriteJsonAsync(202, json);
    }

    /// <summary>Writes <c>{"ok":true,"id":…,"rev":…}</c>.</summary>
    public static void WriteRow(JsonBuffer json, string id, RevisionId revision)
    {
        json.Raw("{\"ok\":true,\"id\":"u8).Text(id).Raw(",\"rev\":"u8);
        json.Revision(revision);
        json.Raw("}"u8);
    }
}
