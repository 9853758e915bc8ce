using System.Text.Json;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Checkpoints;

/// <summary>One session in the history of a replication.</summary>
/// <param name="Id">Its <c>session_id</c>, 32 hex digits.</param>
/// <param name="StartTime">When it began (RFC 1123).</param>
/// <param name="EndTime">When it last wrote a checkpoint.</param>
/// <param name="StartSequence">The source's sequence where it began, as JSON.</param>
/// <param name="RecordedSequence">The source's sequence up to which all is on the target, as JSON.</param>
/// <param name="Statistics">What had been done by then.</param>
public sealed record Session(
    string Id, string StartTime, string EndTime, string StartSequence, string RecordedSequence, ReplicationStatistics Statistics)
{
    /// <summary>Reads an entry of a history; null where it is none.</summary>
    internal static Session? Parse(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "session_id") is not { } id)
        {
            return null;
        }

        return new Session(
            id,
            Text(entry, "start_time") ?? string.Empty,
            Text(entry, "end_time") ?? string.Empty,
            Raw(entry, "start_last_seq"),
            Raw(entry, "recorded_seq"),
            new ReplicationStatistics
            {
                Checked = Number(entry, "missing_checked"),
                Missing = Number(entry, "missing_found"),
                Read = Number(entry, "docs_read"),
                Written = Number(entry, "docs_written"),
                Failures = Number(entry, "doc_write_failures"),
                BulkGetDocuments = Number(entry, "bulk_get_docs"),
                BulkGetAttempts = Number(entry, "bulk_get_attempts"),
            });
    }

    /// <summary>Writes it as an entry of a history.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("session_id", Id);
        json.WriteString("start_time", StartTime);
        json.WriteString("end_time", EndTime);
        json.WritePropertyName("start_last_seq");
        json.WriteRawValue(StartSequence, skipInputValidation: true);
        json.WritePropertyName("end_last_seq");
        json.WriteRawValue(RecordedSequence, skipInputValidation: true);
        json.WritePropertyName("recorded_seq");
        json.WriteRawValue(RecordedSequence, skipInputValidation: true);
        json.WriteNumber("missing_checked", Statistics.Checked);
        json.WriteNumber("missing_found", Statistics.Missing);
        json.WriteNumber("docs_read", Statistics.Read);
        json.WriteNumber("docs_written", Statistics.Written);
        json.WriteNumber("doc_write_failures", Statistics.Failures);
        json.WriteNumber("bulk_get_docs", Statistics.BulkGetDocuments);
        json.WriteNumber("bulk_get_attempts", Statistics.BulkGetAttempts);
        json.WriteEndObject();
    }

    /// <summary>A member that is a text; null where it is none.</summary>
    internal static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member as JSON; 0 where it is missing.</summary>
    internal static string Raw(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetRawText() : "0";

    /// <summary>A member that is a whole number; 0 where it is none.</summary>
    internal static long Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
