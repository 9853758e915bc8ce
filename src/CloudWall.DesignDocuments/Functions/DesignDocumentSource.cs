using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.DesignDocuments.Functions;

/// <summary>Converts stored design documents into the form that the script host compiles.</summary>
public static class DesignDocumentSource
{
    /// <summary>The source of a stored design document: its language and its JSON.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="revision">Its revision.</param>
    /// <param name="stored">Its body.</param>
    public static DesignSource Of(string id, RevisionId revision, StoredRevision stored)
    {
        var body = stored.Body.Span;
        var language = JsonMember.TryFind(body, "language"u8, out var text) ? JsonMember.TextOf(text) : null;
        using var json = new JsonBuffer(body.Length + 256);
        DocumentWriter.WriteRow(json, System.Text.Encoding.UTF8.GetBytes(id), revision, deleted: false, stored);
        return new DesignSource(language ?? "javascript", json.WrittenSpan.ToArray());
    }
}
