using System.Buffers;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Replication.Jobs;
using CloudWall.Server.Access;

namespace CloudWall.Server.Endpoints.Replication;

/// <summary>What CouchDB does to a document of a replicator database before it takes it.</summary>
internal static class ReplicatorRules
{
    /// <summary>Checks a document, and notes who owns it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="database">The database, any.</param>
    /// <param name="principal">Who writes.</param>
    /// <param name="write">The document; gets its owner.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static DocumentError? Check(Node node, Database database, Principal principal, DocumentWrite write)
    {
        if (!ReplicatorDocument.IsReplicator(database.Name) || write.Document.Deleted || write.Id.StartsWith('_'))
        {
            return null;
        }

        if (ReplicatorDocument.Refuse(write.Document.Body, node.Settings.Replication.Defaults) is { } reason)
        {
            return new DocumentError(403, "forbidden", reason);
        }

        if (principal.Name is { } name)
        {
            write.Document = Own(write.Document, name, node.Settings.Limits);
        }

        return null;
    }

    private static ParsedDocument Own(ParsedDocument document, string name, DocumentLimits limits)
    {
        using var body = JsonDocument.Parse(document.Body);
        if (body.RootElement.TryGetProperty("owner", out _))
        {
            return document;
        }

        var buffer = new ArrayBufferWriter<byte>(document.Body.Length + 64);
        using (var json = new Utf8JsonWriter(buffer, Replicate.Json))
        {
            json.WriteStartObject();
            foreach (var member in body.RootElement.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(member.Value.GetRawText());
            }

            json.WriteString("owner", name);
            json.WriteEndObject();
        }

        var owned = DocumentParser.Parse(buffer.WrittenSpan, limits);
        return new ParsedDocument
        {
            Id = document.Id,
            Revision = document.Revision,
            Revisions = document.Revisions,
            Deleted = document.Deleted,
            Attachments = document.Attachments,
            Body = owned.Body,
            Term = owned.Term,
        };
    }
}
