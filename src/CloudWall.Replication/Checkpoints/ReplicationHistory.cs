using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CloudWall.Documents.Json;

namespace CloudWall.Replication.Checkpoints;

/// <summary>
/// What a checkpoint says, in CouchDB's format ("Replication history" in its documentation of <c>_replicate</c>): the sessions, newest
/// first, and how far the newest has come.
/// </summary>
/// <param name="SessionId">The newest session; null where there is none.</param>
/// <param name="SourceSequence">The source's sequence up to which all is on the target, as JSON.</param>
/// <param name="Sessions">The sessions, newest first.</param>
public sealed record ReplicationHistory(string? SessionId, string SourceSequence, IReadOnlyList<Session> Sessions)
{
    /// <summary>The format's version.</summary>
    public const int IdVersion = 4;

    /// <summary>How many sessions are remembered.</summary>
    public const int MaxSessions = 50;

    /// <summary>No session yet.</summary>
    public static readonly ReplicationHistory Empty = new(null, "0", []);

    /// <summary>The newest session; null where there is none.</summary>
    internal Session? Newest => Sessions is [var newest, ..] ? newest : null;

    /// <summary>Whether it knows of a session, as far as it had come then.</summary>
    internal bool Has(Session session) =>
        Sessions.Any(other => other.Id == session.Id && other.RecordedSequence == session.RecordedSequence);

    /// <summary>Reads a checkpoint; <see cref="Empty"/> where it is not one.</summary>
    internal static ReplicationHistory Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = ForeignJson.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Session.Text(root, "session_id") is not { } session)
            {
                return Empty;
            }

            var sessions = new List<Session>();
            if (root.TryGetProperty("history", out var history) && history.ValueKind == JsonValueKind.Array)
            {
                foreach (var entry in history.EnumerateArray())
                {
                    if (Session.Parse(entry) is { } parsed)
                    {
                        sessions.Add(parsed);
                    }
                }
            }

            return new ReplicationHistory(session, Session.Raw(root, "source_last_seq"), sessions);
        }
        catch (JsonException)
        {
            return Empty;
        }
    }

    /// <summary>
    /// What two checkpoints of one replication agree on: the newest session that both know, as far as both know it. What only one of them
    /// says is not to be trusted: the other side was restored, cloned or emptied since, or the replication ended between the two writes.
    /// </summary>
    public static ReplicationHistory Common(ReplicationHistory source, ReplicationHistory target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        for (var i = 0; i < source.Sessions.Count; i++)
        {
            var session = source.Sessions[i];
            foreach (var other in target.Sessions)
            {
                if (session.Id == other.Id && Earlier(session, other) is { } sequence)
                {
                    return new ReplicationHistory(session.Id, sequence, [.. source.Sessions.Skip(i)]);
                }
            }
        }

        return Empty;
    }

    /// <summary>The checkpoint after another step of a session.</summary>
    internal ReplicationHistory With(Session session)
    {
        var sessions = new List<Session>(MaxSessions) { session };
        foreach (var other in Sessions)
        {
            if (other.Id != session.Id && sessions.Count < MaxSessions)
            {
                sessions.Add(other);
            }
        }

        return new ReplicationHistory(session.Id, session.RecordedSequence, sessions);
    }

    /// <summary>The members of the checkpoint as a JSON object, or as more members of one.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="byDocumentIds">Whether the members that CouchDB adds for <c>doc_ids</c> belong to it.</param>
    internal void WriteMembers(Utf8JsonWriter json, bool byDocumentIds)
    {
        json.WriteString("session_id", SessionId);
        json.WritePropertyName("source_last_seq");
        json.WriteRawValue(SourceSequence, skipInputValidation: true);
        json.WriteNumber("replication_id_version", IdVersion);
        if (byDocumentIds && Sessions.Count > 0)
        {
            json.WriteString("start_time", Sessions[0].StartTime);
            json.WriteString("end_time", Sessions[0].EndTime);
            json.WriteNumber("docs_read", Sessions[0].Statistics.Read);
            json.WriteNumber("docs_written", Sessions[0].Statistics.Written);
            json.WriteNumber("doc_write_failures", Sessions[0].Statistics.Failures);
        }

        json.WriteStartArray("history");
        foreach (var session in Sessions)
        {
            session.Write(json);
        }

        json.WriteEndArray();
    }

    /// <summary>It as a JSON object.</summary>
    /// <param name="byDocumentIds">Whether the members that CouchDB adds for <c>doc_ids</c> belong to it.</param>
    /// <param name="more">Writes more members.</param>
    internal ReadOnlyMemory<byte> ToJson(bool byDocumentIds, Action<Utf8JsonWriter>? more = null)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, byDocumentIds);
            more?.Invoke(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A time as it stands in histories (RFC 1123).</summary>
    internal static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);

    /// <summary>How far both records of one session go; null where that cannot be told.</summary>
    private static string? Earlier(Session one, Session other)
    {
        if (one.RecordedSequence == other.RecordedSequence)
        {
            return one.RecordedSequence;
        }

        if (Number(one.RecordedSequence) is { } first && Number(other.RecordedSequence) is { } second)
        {
            return first < second ? one.RecordedSequence : other.RecordedSequence;
        }

        return one.StartSequence == other.StartSequence ? one.StartSequence : null;
    }

    /// <summary>Whether two sequences name the same place: their leading numbers are equal.</summary>
    internal static bool IsSame(string one, string other) =>
        one == other || (Number(one) is { } number && number == Number(other));

    /// <summary>The number that a sequence begins with in CouchDB and its kin: it grows with the database.</summary>
    internal static long? Number(string sequence)
    {
        var text = sequence.AsSpan().Trim('"');
        var end = text.IndexOf('-');
        return long.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
