using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// A document of a replicator database: a request, who asks, and what has become of it ("Replicator database" in CouchDB's
/// documentation).
/// </summary>
public static class ReplicatorDocument
{
    private const string StatePrefix = "_replication_";

    /// <summary>Whether a database is one whose documents are replications.</summary>
    public static bool IsReplicator(string database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database == "_replicator" || database.EndsWith("/_replicator", StringComparison.Ordinal);
    }

    /// <summary>Why a document cannot be taken; null where it can.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="defaults">The settings of <c>[replicator]</c>.</param>
    public static string? Refuse(JsonElement body, ReplicationOptions defaults)
    {
        if (Text(body, "_replication_state") == "failed")
        {
            // What became of a document that made no sense must be told.
            return null;
        }

        try
        {
            RequestParser.IsCancel(body);
            if (IsCancel(body))
            {
                return null;
            }

            RequestParser.Parse(body, defaults);
            return IsNumber(body, "source") || IsNumber(body, "target") ? "{error,function_clause}" : null;
        }
        catch (RequestException refusal)
        {
            return refusal.ReasonInDocument;
        }
    }

    /// <summary>Reads a body, whose members are looked at; null where it is nested too deep for that.</summary>
    /// <param name="body">The body.</param>
    /// <param name="tooDeep">What is to be told then.</param>
    public static JsonDocument? TryRead(ReadOnlyMemory<byte> body, out string? tooDeep)
    {
        try
        {
            tooDeep = null;
            return ForeignJson.Parse(body);
        }
        catch (JsonException failure)
        {
            // It was checked when it was stored, so that nothing else can be wrong.
            tooDeep = failure.Message;
            return null;
        }
    }

    /// <summary>Reads a member that is a text; null where it is none.</summary>
    public static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsNumber(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number;

    /// <summary>
    /// Whether it asks for the end of another job, which it names. CouchDB keeps such a document and does nothing; without a name of a job
    /// <c>cancel</c> is passed over.
    /// </summary>
    public static bool IsCancel(JsonElement body) =>
        body.TryGetProperty("cancel", out var cancel) && cancel.ValueKind == JsonValueKind.True && RequestParser.Id(body) is not null;

    /// <summary>The name in <c>user_ctx</c>, or the owner.</summary>
    public static string? User(JsonElement body) =>
        body.TryGetProperty("user_ctx", out var context) && context.ValueKind == JsonValueKind.Object && Text(context, "name") is { } name
            ? name
            : Text(body, "owner");

    /// <summary>Whether a user may change a document: it is there and has that owner, or it is not there.</summary>
    /// <param name="database">The replicator database.</param>
    /// <param name="id">The document.</param>
    /// <param name="name">The user; null for nobody, who owns none.</param>
    public static bool IsOwn(Database database, string id, string? name)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (database.Find(id) is not { Deleted: false } record)
        {
            return name is not null;
        }

        using var stored = database.Read(id, record.Winner.Revision);
        return name is not null && stored is not null
            && JsonMember.TryFind(stored.Body.Span, "owner"u8, out var owner) && JsonMember.TextOf(owner) == name;
    }

    /// <summary>What a document defines: all members but the state, as text that is equal for equal definitions.</summary>
    internal static string Definition(JsonElement body)
    {
        var definition = new System.Text.StringBuilder();
        foreach (var member in body.EnumerateObject())
        {
            if (!member.Name.StartsWith(StatePrefix, StringComparison.Ordinal))
            {
                definition.Append(member.Name).Append('=').Append(member.Value.GetRawText()).Append('\n');
            }
        }

        return definition.ToString();
    }

    /// <summary>A body with another state.</summary>
    /// <param name="body">The body.</param>
    /// <param name="outcome">What has become of its job.</param>
    /// <param name="time">Now.</param>
    internal static ReadOnlyMemory<byte> WithState(JsonElement body, JobOutcome outcome, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in body.EnumerateObject())
            {
                if (!member.Name.StartsWith(StatePrefix, StringComparison.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
                }
            }

            json.WriteString("_replication_state", outcome.State);
            json.WriteString("_replication_state_time", Format(time));
            if (outcome.Reason is not null)
            {
                json.WriteString("_replication_state_reason", outcome.Reason);
            }

            if (outcome.Job is { } job)
            {
                json.WriteString("_replication_id", job.Id);
                json.WriteStartObject("_replication_stats");
                WriteStatistics(json, job.Progress);
                json.WriteString("start_time", Format(job.StartedAt));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Writes what a job has done as members of an object (<c>info</c> of <c>_scheduler/jobs</c>).</summary>
    public static void WriteStatistics(Utf8JsonWriter json, RunProgress progress)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(progress);
        var done = progress.Statistics;
        var position = progress.Position;
        json.WriteNumber("revisions_checked", done.Checked);
        json.WriteNumber("missing_revisions_found", done.Missing);
        json.WriteNumber("docs_read", done.Read);
        json.WriteNumber("docs_written", done.Written);
        if (position.Pending is { } pending)
        {
            json.WriteNumber("changes_pending", pending);
        }
        else
        {
            json.WriteNull("changes_pending");
        }

        json.WriteNumber("doc_write_failures", done.Failures);
        json.WriteNumber("bulk_get_docs", done.BulkGetDocuments);
        json.WriteNumber("bulk_get_attempts", done.BulkGetAttempts);
        json.WritePropertyName("checkpointed_source_seq");
        json.WriteRawValue(position.Checkpoint, skipInputValidation: true);
    }

    /// <summary>A time as it stands in documents and in the scheduler's answers (ISO 8601, whole seconds).</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A body as a document to be stored over a revision.</summary>
    internal static ParsedDocument Parse(string id, string revision, ReadOnlyMemory<byte> body, DocumentLimits limits)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Length + 128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            using var document = ForeignJson.Parse(body);
            json.WriteStartObject();
            json.WriteString("_id", id);
            json.WriteString("_rev", revision);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return DocumentParser.Parse(buffer.WrittenSpan, limits);
    }
}
