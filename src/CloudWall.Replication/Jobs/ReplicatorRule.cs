using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// What CouchDB demands of a document of a replicator database: it must make sense as a replication, and belong to whoever edits it.
/// An edit that names no owner gets one. The states that the node itself writes are not subject to it.
/// </summary>
/// <param name="defaults">The settings of <c>[replicator]</c>.</param>
/// <param name="limits">What documents may measure.</param>
public sealed class ReplicatorRule(Func<ReplicationOptions> defaults, Func<DocumentLimits> limits) : WriteRule
{
    private static readonly JsonWriterOptions AsGiven = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly DocumentError Foreign = new(403, "forbidden", "Can't update replication documents from other users.");

    /// <inheritdoc/>
    public override bool ConcernsDatabase(string database) => ReplicatorDocument.IsReplicator(database);

    /// <inheritdoc/>
    public override bool Concerns(string id) => !id.StartsWith("_design/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(write);
        return ValueTask.FromResult(Check(context, write));
    }

    private DocumentError? Check(WriteContext context, DocumentWrite write)
    {
        if (!context.Writer.IsAdmin && !ReplicatorDocument.IsOwn(context.Database, write.Id, context.Writer.Name))
        {
            return Foreign;
        }

        if (write.Document.Deleted)
        {
            return null;
        }

        using var body = ReplicatorDocument.TryRead(write.Document.Body, out var tooDeep);
        if (body is null)
        {
            return new DocumentError(403, "forbidden", tooDeep!);
        }

        if (ReplicatorDocument.Refuse(body.RootElement, defaults()) is { } reason)
        {
            return new DocumentError(403, "forbidden", reason);
        }

        var writer = context.Writer;
        var owner = body.RootElement.TryGetProperty("owner", out var given) ? given : default;
        if (owner.ValueKind == JsonValueKind.String ? owner.ValueEquals(writer.Name) : owner.ValueKind == JsonValueKind.Null && writer.Name is null)
        {
            return null;
        }

        // Without an owner it would run with the rights of the node.
        var getsOwner = context.Mode == WriteMode.Interactive && writer.Name is not null && owner.ValueKind == JsonValueKind.Undefined;
        if (!writer.IsAdmin && !getsOwner)
        {
            return Foreign;
        }

        if (context.Mode == WriteMode.Interactive && writer.Name is { } name && owner.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            write.Document = Own(write.Document, body.RootElement, name);
        }

        return null;
    }

    private ParsedDocument Own(ParsedDocument document, JsonElement body, string owner)
    {
        var buffer = new ArrayBufferWriter<byte>(document.Body.Length + 64);
        using (var json = new Utf8JsonWriter(buffer, AsGiven))
        {
            json.WriteStartObject();
            foreach (var member in body.EnumerateObject())
            {
                if (member.Name != "owner")
                {
                    json.WritePropertyName(member.Name);
                    json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
                }
            }

            json.WriteString("owner", owner);
            json.WriteEndObject();
        }

        var owned = DocumentParser.Parse(buffer.WrittenSpan, limits());
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
