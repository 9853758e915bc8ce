using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Node;
using CloudWall.Replication.Jobs;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Replication;

/// <summary><c>/_scheduler/jobs</c>: replications that run, or wait to.</summary>
internal sealed class SchedulerJobs(NodeIdentity identity, JobScheduler scheduler, HeldDocuments? held, EndpointUrls urls)
{
    /// <summary>GET: all.</summary>
    public Task List(Exchange exchange)
    {
        var jobs = scheduler.Jobs;
        return JobListing.AnswerAsync(
            exchange, "jobs", jobs.Count, jobs, (json, job) => Write(json, job), held?.Reason);
    }

    /// <summary>GET: one.</summary>
    public Task Show(Exchange exchange)
    {
        var id = exchange.Target.Text(2).Replace(' ', '+');
        var job = scheduler.Find(id) ?? throw new DocumentException(DocumentError.Missing);
        return JobListing.AnswerAsync(exchange, json => Write(json, job));
    }

    /// <summary>Whatever else is asked for: CouchDB says no more than that.</summary>
    public static Task Unknown(Exchange exchange) => exchange.WriteJsonAsync(404, "{\"error\":\"not found\"}"u8);

    private void Write(Utf8JsonWriter json, ReplicationJob job)
    {
        json.WriteStartObject();
        json.WriteString("database", job.Origin?.Database);
        json.WriteString("id", job.Id);
        json.WriteString("pid", Pid(job));
        json.WriteString("source", urls.Of(job.Request.Source));
        json.WriteString("target", urls.Of(job.Request.Target));
        json.WriteString("user", job.User);
        json.WriteString("doc_id", job.Origin?.DocumentId);
        JobListing.WriteInfo(json, job);
        json.WriteStartArray("history");
        foreach (var entry in job.Events)
        {
            json.WriteStartObject();
            json.WriteString("timestamp", ReplicatorDocument.Format(entry.Time));
            json.WriteString("type", entry.Type);
            if (entry.Reason is not null)
            {
                json.WriteString("reason", entry.Reason);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("node", identity.Name);
        json.WriteString("start_time", ReplicatorDocument.Format(job.StartedAt));
        json.WriteEndObject();
    }

    /// <summary>What CouchDB's tools expect where it names a process; null where the job does not run.</summary>
    internal static string? Pid(ReplicationJob job) =>
        job.State == JobState.Running ? $"<0.{Convert.ToUInt32(job.Id[..6], 16)}.0>" : null;
}
