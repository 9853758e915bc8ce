using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Node;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Requests;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Replication;

/// <summary><c>/_scheduler/docs</c>: what has become of the documents of replicator databases.</summary>
internal sealed class SchedulerDocuments(
    NodeIdentity identity,
    DatabaseCatalogue databases,
    ReplicatorDatabases replicators,
    Func<ReplicationOptions> defaults,
    EndpointUrls urls,
    TimeProvider time)
{
    private static readonly string[] AllStates = ["initializing", "error", "running", "pending", "crashing", "completed", "failed"];

    /// <summary>GET: all documents, those of one database, or one.</summary>
    public Task Show(Exchange exchange)
    {
        var path = new List<string>();
        for (var i = 2; i < exchange.Target.Count; i++)
        {
            path.AddRange(exchange.Target.Text(i).Split('/'));
        }

        if (path is [] or [""])
        {
            return ListAsync(exchange, replicators.Names);
        }

        // A database's name may have slashes, encoded or not; it ends with the replicator's own.
        var end = path.IndexOf("_replicator");
        if (end < 0 || path.Count > end + 2)
        {
            throw HttpErrors.BadRequest("Invalid path");
        }

        var database = string.Join('/', path.Take(end + 1));
        return path.Count == end + 1
            ? ListAsync(exchange, [database])
            : ShowAsync(exchange, database, path[^1]);
    }

    private Task ListAsync(Exchange exchange, IReadOnlyList<string> names)
    {
        var states = States(exchange);
        var documents = new List<(Database Database, string Id)>();
        foreach (var name in names)
        {
            if (databases.Find(name) is { } database)
            {
                using var cursor = database.Scan(default);
                while (cursor.MoveNext())
                {
                    var id = Encoding.UTF8.GetString(cursor.Id);
                    if (!id.StartsWith("_design/", StringComparison.Ordinal))
                    {
                        documents.Add((database, id));
                    }
                }
            }
        }

        var shown = states is null ? documents : documents.Where(document => states.Contains(StateOf(document.Database, document.Id)));
        return JobListing.AnswerAsync(
            exchange, "docs", documents.Count, shown, (json, document) => Write(json, document.Database, document.Id));
    }

    /// <summary>The states that <c>states</c> asks for; null for all.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    private static string[]? States(Exchange exchange)
    {
        var states = exchange.Query["states"]?.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var unknown = states?.Except(AllStates).ToArray();
        return states is not { Length: > 0 } ? null
            : unknown is not { Length: > 0 } ? states
            : throw Query.QueryParseError($"Unknown states [{string.Join(',', unknown)}]. Choose from: [{string.Join(',', AllStates)}]");
    }

    private string StateOf(Database database, string id)
    {
        if (replicators.Find(database.Name, id) is { } job)
        {
            return State(job.State);
        }

        if (replicators.FindObstacle(database.Name, id) is not null)
        {
            return "error";
        }

        using var stored = database.Find(id) is { Deleted: false } record ? database.Read(id, record.Tree.Winner.Revision) : null;
        using var body = Read(stored);
        return ReplicatorDocument.Text(body.RootElement, "_replication_state") ?? "initializing";
    }

    private Task ShowAsync(Exchange exchange, string name, string id)
    {
        return databases.Find(name) is { } database && database.Find(id) is { Deleted: false }
            ? JobListing.AnswerAsync(exchange, json => Write(json, database, id))
            : throw new DocumentException(DocumentError.Missing);
    }

    private void Write(Utf8JsonWriter json, Database database, string id)
    {
        if (replicators.Find(database.Name, id) is { } job)
        {
            WriteJob(json, database.Name, id, job);
            return;
        }

        using var stored = database.Find(id) is { Deleted: false } record ? database.Read(id, record.Tree.Winner.Revision) : null;
        using var body = Read(stored);
        WriteState(json, database.Name, id, body.RootElement, replicators.FindObstacle(database.Name, id));
    }

    /// <summary>The document as it is stored. One that is gone, or too deep to be read, says nothing.</summary>
    private static JsonDocument Read(StoredRevision? stored) =>
        (stored is null ? null : ReplicatorDocument.TryRead(stored.Body, out _)) ?? JsonDocument.Parse("{}");

    private void WriteJob(Utf8JsonWriter json, string database, string id, ReplicationJob job)
    {
        json.WriteStartObject();
        json.WriteString("database", database);
        json.WriteString("doc_id", id);
        json.WriteString("id", job.Id);
        json.WriteString("node", identity.Name);
        json.WriteString("source", urls.Of(job.Request.Source));
        json.WriteString("target", urls.Of(job.Request.Target));
        json.WriteString("state", State(job.State));
        JobListing.WriteInfo(json, job);
        json.WriteNumber("error_count", job.Failures);
        json.WriteString("last_updated", ReplicatorDocument.Format(job.UpdatedAt));
        json.WriteString("start_time", ReplicatorDocument.Format(job.StartedAt));
        json.WriteString("source_proxy", job.Request.Source.Proxy?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        json.WriteString("target_proxy", job.Request.Target.Proxy?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        json.WriteEndObject();
    }

    /// <summary>What the document itself says: it has no job, or none any more.</summary>
    private void WriteState(Utf8JsonWriter json, string database, string id, JsonElement body, string? obstacle)
    {
        var state = obstacle is null ? ReplicatorDocument.Text(body, "_replication_state") : "error";
        json.WriteStartObject();
        json.WriteString("database", database);
        json.WriteString("doc_id", id);
        json.WriteString("id", ReplicatorDocument.Text(body, "_replication_id"));
        try
        {
            var request = RequestParser.Parse(body, defaults());
            json.WriteString("source", urls.Of(request.Source));
            json.WriteString("target", urls.Of(request.Target));
        }
        catch (RequestException)
        {
            json.WriteNull("source");
            json.WriteNull("target");
        }

        json.WriteString("state", state ?? (ReplicatorDocument.IsCancel(body) ? null : "initializing"));
        json.WriteNumber("error_count", state is "failed" or "error" ? 1 : 0);
        json.WritePropertyName("info");
        var hasStatistics = body.TryGetProperty("_replication_stats", out var statistics) && statistics.ValueKind == JsonValueKind.Object;
        if (hasStatistics && state == "completed")
        {
            json.WriteStartObject();
            foreach (var member in statistics.EnumerateObject().Where(static member => member.Name != "start_time"))
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }

            json.WriteEndObject();
        }
        else if ((obstacle ?? ReplicatorDocument.Text(body, "_replication_state_reason")) is { } reason)
        {
            json.WriteStartObject();
            json.WriteString("error", reason);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        var changed = ReplicatorDocument.Text(body, "_replication_state_time");
        json.WriteString("start_time", hasStatistics ? ReplicatorDocument.Text(statistics, "start_time") : changed);
        json.WriteString("last_updated", changed ?? ReplicatorDocument.Format(time.GetUtcNow()));
        json.WriteEndObject();
    }

    /// <summary>
    /// The state of a job that its document does not tell yet. What has ended runs until its document says how, as in CouchDB: whoever is
    /// told that it is completed may read that in the document.
    /// </summary>
    private static string State(JobState state) => state switch
    {
        JobState.Running or JobState.Completed or JobState.Failed => "running",
        JobState.Crashing => "crashing",
        _ => "pending",
    };
}
