using System.Text.Json;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Building;
using CloudWall.Node;
using CloudWall.Replication.Jobs;
using CloudWall.Server.Endpoints.Replication;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>What the node is busy with.</summary>
internal sealed class Tasks(
    NodeIdentity identity,
    DatabaseCatalogue databases,
    IndexCatalogue indexes,
    JobScheduler replications,
    EndpointUrls urls)
{
    /// <summary>GET <c>/_active_tasks</c>: compactions, indexers and replications.</summary>
    public async Task List(Exchange exchange)
    {
        if (!exchange.Principal.IsAdmin)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        using var json = new JsonBuffer();
        json.Raw("["u8);
        foreach (var name in databases.Names)
        {
            if (databases.Find(name) is { Compaction: { } progress } database)
            {
                json.Raw(json.WrittenCount == 1 ? ""u8 : ","u8)
                    .Raw("{\"node\":"u8).Text(identity.Name)
                    .Raw(",\"pid\":\"<0."u8).Number(database.Number)
                    .Raw(".0>\",\"process_status\":\"waiting\",\"changes_done\":"u8).Number(progress.Done)
                    .Raw(",\"database\":"u8).Text(name)
                    .Raw(",\"phase\":\"document_copy\",\"progress\":"u8).Number(progress.Total == 0 ? 100 : progress.Done * 100 / progress.Total)
                    .Raw(",\"started_on\":"u8).Number(progress.StartedAt.ToUnixTimeSeconds())
                    .Raw(",\"total_changes\":"u8).Number(progress.Total)
                    .Raw(",\"type\":\"database_compaction\",\"updated_on\":"u8).Number(progress.UpdatedAt.ToUnixTimeSeconds())
                    .Raw("}"u8);
            }
        }

        foreach (var index in indexes.Opened)
        {
            if (index.Progress is { } progress)
            {
                json.Raw(json.WrittenCount == 1 ? ""u8 : ","u8);
                Write(json, index, progress);
            }
        }

        foreach (var job in replications.Jobs.Where(static job => job.State == JobState.Running))
        {
            json.Raw(json.WrittenCount == 1 ? ""u8 : ","u8);
            Write(json, job);
        }

        await exchange.WriteJsonAsync(200, json.Raw("]"u8));
    }

    private void Write(JsonBuffer json, ViewIndex index, IndexProgress progress) => json
        .Raw("{\"node\":"u8).Text(identity.Name)
        .Raw(",\"pid\":\"<0."u8).Number(index.Database.Number)
        .Raw(".1>\",\"process_status\":\"waiting\",\"changes_done\":"u8).Number(progress.Done)
        .Raw(",\"database\":"u8).Text(index.Database.Name)
        .Raw(",\"design_document\":"u8).Text(index.Definition.Name)
        .Raw(",\"progress\":"u8).Number(progress.Total == 0 ? 100 : Math.Min(100, progress.Done * 100 / progress.Total))
        .Raw(",\"started_on\":"u8).Number(progress.StartedAt.ToUnixTimeSeconds())
        .Raw(",\"total_changes\":"u8).Number(progress.Total)
        .Raw(",\"type\":\"indexer\",\"updated_on\":"u8).Number(progress.UpdatedAt.ToUnixTimeSeconds())
        .Raw("}"u8);

    private void Write(JsonBuffer buffer, ReplicationJob job)
    {
        using var json = new Utf8JsonWriter(buffer, Replicate.Json);
        json.WriteStartObject();
        json.WriteString("type", "replication");
        json.WriteString("node", identity.Name);
        json.WriteString("pid", SchedulerJobs.Pid(job));
        json.WriteString("process_status", "waiting");
        json.WriteString("replication_id", job.Id);
        json.WriteString("database", job.Origin?.Database);
        json.WriteString("doc_id", job.Origin?.DocumentId);
        json.WriteString("user", job.User);
        json.WriteBoolean("continuous", job.Request.Options.Continuous);
        json.WriteNumber("checkpoint_interval", (long)job.Request.Options.CheckpointInterval.TotalMilliseconds);
        json.WriteString("source", urls.Of(job.Request.Source));
        json.WriteString("target", urls.Of(job.Request.Target));
        JobListing.WriteProgress(json, job.Progress);
        json.WriteNumber("started_on", job.StartedAt.ToUnixTimeSeconds());
        json.WriteNumber("updated_on", job.UpdatedAt.ToUnixTimeSeconds());
        json.WriteEndObject();
    }
}
